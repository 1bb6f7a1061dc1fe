"""The reference broker as a target."""

from nilometer.clients.cluster import handshake
from nilometer.clients.exchange import Journal
from nilometer.clients.raw import Connection
from nilometer.targets.reference import ReferenceTarget


def test_it_starts_anywhere_and_restarts_at_the_same_address_with_its_data(gone):
    with ReferenceTarget() as target:
        address = target.endpoint.text
        process = target.nodes[0].process
        assert process is not None
        target.kill()
        assert target.restart().text == address
        second = target.nodes[0].process
        assert second is not None
        assert second.pid != process.pid
    assert gone(second.pid)


def test_the_bug_and_the_arguments_reach_the_server():
    target = ReferenceTarget(bug="KAFKA-1", arguments=("--log-level", "error"))
    command = [str(part) for part in target.command(target.nodes[0])]
    target.close()
    assert command[-4:] == ["--bug", "KAFKA-1", "--log-level", "error"]
    assert command[command.index("--port") + 1] == "0"
    assert target.describe() == "the reference broker with the bug KAFKA-1"
    assert ReferenceTarget().describe() == "the reference broker"


def test_data_of_the_caller_stays(tmp_path):
    with ReferenceTarget(data_directory=tmp_path):
        pass
    assert (tmp_path / "data").exists()


def asked(target: ReferenceTarget) -> int:
    """Its newest version of InitProducerId, about which B061 lies."""
    (host, port) = target.endpoint.addresses[0]
    versions = handshake(lambda: Connection(host, port, Journal())).range("InitProducerId")
    assert versions is not None
    return versions[1]


def test_how_often_a_bug_has_made_a_difference_is_known_at_the_end():
    with ReferenceTarget(bug="B061") as target:
        assert asked(target) == 6
    assert target.fired >= 1


def test_a_broker_that_was_killed_has_said_that_its_bug_made_a_difference():
    with ReferenceTarget(bug="B061") as target:
        assert asked(target) == 6
        target.kill()
    assert target.fired == 1
    with ReferenceTarget(bug="B035") as target:
        target.kill()
    assert target.fired == 0
