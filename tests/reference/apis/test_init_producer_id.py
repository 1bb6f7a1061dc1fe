import pytest

from nilometer_reference.wire.messages.init_producer_id import InitProducerIdRequest, InitProducerIdResponse
from tests.reference.harness import Harness
from tests.reference.producers import TV1, TV2, Producer, Versions, markers

VERSIONS = range(6)


@pytest.fixture
def cluster() -> Harness:
    harness = Harness()
    harness.broker.topics.create("a", 1, now_ms=harness.now_ms)
    return harness


def init(cluster: Harness, version: int, transactional_id: str | None = "t", timeout_ms: int = 60_000,
         identity: tuple[int, int] = (-1, -1)) -> tuple[int, int, int]:  # fmt: skip
    request = InitProducerIdRequest(transactional_id, timeout_ms, *identity)
    response: InitProducerIdResponse = cluster.client().ask(request, version)
    assert response.throttle_time_ms == 0
    return response.error_code, response.producer_id, response.producer_epoch


@pytest.mark.parametrize("version", VERSIONS)
def test_without_a_transactional_id_every_call_answers_another_producer_id(cluster: Harness, version: int) -> None:
    assert [init(cluster, version, None, 0) for _ in range(3)] == [(0, 0, 0), (0, 1, 0), (0, 2, 0)]


@pytest.mark.parametrize("version", VERSIONS)
def test_with_one_every_call_fences_those_before(cluster: Harness, version: int) -> None:
    assert [init(cluster, version) for _ in range(3)] == [(0, 0, 0), (0, 0, 1), (0, 0, 2)]


@pytest.mark.parametrize("end", ["restart", "kill", "crash"])
def test_no_producer_id_is_answered_twice_over_any_end_of_the_process(cluster: Harness, end: str) -> None:
    answered = []
    for _ in range(4):
        for transactional_id in (None, "t", "u", None):
            answered.append(init(cluster, 5, transactional_id)[1])
        getattr(cluster, end)()
        cluster.restart()
    anonymous = [answered[index] for index in range(len(answered)) if index % 4 in (0, 3)]
    assert len(set(anonymous)) == len(anonymous)
    if end != "crash":  # without a flush the transaction log is lost with the power
        assert len({*answered[1::4]}) == len({*answered[2::4]}) == 1
    assert not {*anonymous} & {*answered[1::4], *answered[2::4]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("transactional_id", "timeout_ms", "code"),
    [("", 60_000, 42), ("t", 0, 50), ("t", -1, 50), ("t", 900_001, 50), ("t", 2**31 - 1, 50), ("t", 900_000, 0)],
)
def test_a_request_that_makes_no_sense(
    cluster: Harness, version: int, transactional_id: str, timeout_ms: int, code: int
) -> None:
    error_code, producer_id, producer_epoch = init(cluster, version, transactional_id, timeout_ms)
    assert error_code == code
    if code:
        assert (producer_id, producer_epoch) == (-1, -1)


@pytest.mark.parametrize("version", [3, 4, 5])
@pytest.mark.parametrize("identity", [(-1, 3), (3, -1)])
@pytest.mark.parametrize("transactional_id", [None, "t"])
def test_half_an_identity(
    cluster: Harness, version: int, identity: tuple[int, int], transactional_id: str | None
) -> None:
    assert init(cluster, version, transactional_id, identity=identity) == (42, -1, -1)


@pytest.mark.parametrize("version", [3, 4, 5])
def test_with_its_own_identity_a_producer_bumps_its_epoch_and_may_ask_again(cluster: Harness, version: int) -> None:
    assert init(cluster, version) == (0, 0, 0)
    for _ in range(3):
        assert init(cluster, version, identity=(0, 0)) == (0, 0, 1)
    assert init(cluster, version, identity=(0, 1)) == (0, 0, 2)


@pytest.mark.parametrize(("version", "code"), [(3, 47), (4, 90), (5, 90)])
def test_with_a_stale_identity_it_is_fenced(cluster: Harness, version: int, code: int) -> None:
    for _ in range(3):
        init(cluster, version)
    for stale in ((0, 0), (0, 1), (0, 3), (7, 2)):
        assert init(cluster, version, identity=stale) == (code, -1, -1)
    assert init(cluster, version, identity=(0, 2)) == (0, 0, 3)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("versions", [TV1, TV2], ids=lambda versions: versions.name)
def test_over_an_open_transaction_it_aborts_first(cluster: Harness, version: int, versions: Versions) -> None:
    zombie = Producer(cluster, "t", versions)
    zombie.init()
    zombie.send("a", 0, b"lost")
    assert init(cluster, version) == (51, -1, -1)
    assert init(cluster, version) == (0, 0, 2)
    assert markers(cluster, "a", 0) == [(0, 1, False)]
    assert zombie.send("a", 0, b"late") in (47, 90)
    assert zombie.commit() == 90


def test_an_older_version_ignores_the_identity(cluster: Harness) -> None:
    assert init(cluster, 2, identity=(9, 9)) == (0, 0, 0)


def test_while_the_transaction_log_cannot_be_written_there_is_no_coordinator(cluster: Harness) -> None:
    assert init(cluster, 5)[0] == 0
    for name, store in cluster.stores.stores.items():
        store.failing = name[0] == "__transaction_state"
    assert init(cluster, 5) == (16, -1, -1)
    for store in cluster.stores.stores.values():
        store.failing = False
    cluster.restart()
    assert init(cluster, 5) == (0, 0, 1)


def test_while_no_producer_id_can_be_written_off_clients_come_again(cluster: Harness) -> None:
    cluster.stores.stores["__cluster_metadata", 0].failing = True
    assert init(cluster, 5, None) == (14, -1, -1)
    assert init(cluster, 5, "t") == (14, -1, -1)
