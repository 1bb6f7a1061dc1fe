"""Shaking hands with a target, and what a user is told when that fails."""

import socket
import threading

import pytest

from nilometer.connecting import AdvertisedAddressWrong, NotKafka, connect, is_alive, start
from nilometer.settings import Settings
from nilometer.targets.address import AddressTarget
from nilometer.targets.errors import StartFailed
from nilometer.targets.target import Endpoint, Target
from nilometer_reference.wire import messages as m
from tests.conformance.requiring import make_subject
from tests.conformance.scripted import HANG_UP, SILENCE, ScriptedBroker


class At(Target):
    """Whatever listens at these addresses."""

    def __init__(self, *addresses: str) -> None:
        super().__init__("at")
        self._endpoint = Endpoint(addresses)
        self.starts = 0

    def start(self) -> Endpoint:
        self.starts += 1
        return self.endpoint

    def describe(self) -> str:
        return "at"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def test_versions_nodes_and_cluster_are_learnt():
    with ScriptedBroker(apis={"Fetch": (4, 13)}) as broker:
        subject = connect(At(broker.text), Settings())
        assert subject.versions.range("Fetch") == (4, 13)
        assert subject.nodes == {1: broker.address}
        assert subject.cluster_id == "scripted"
        assert subject.bootstrap == [broker.address]


def test_the_next_address_is_asked_when_one_does_not_answer():
    with ScriptedBroker() as broker:
        assert connect(At(f"127.0.0.1:{free_port()}", broker.text), Settings()).cluster_id == "scripted"


def test_what_is_not_kafka_is_named_with_its_reason():
    with ScriptedBroker(lambda _header, _request: HANG_UP) as broker, pytest.raises(NotKafka) as refused:
        connect(At(broker.text), Settings())
    assert "no address answers ApiVersions" in str(refused.value)
    assert f"{broker.text}: " in str(refused.value)


def test_a_web_server_is_recognised():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                if connection.recv(4) == b"GET ":
                    connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    with listener, pytest.raises(NotKafka, match="answers HTTP"):
        connect(At(f"127.0.0.1:{listener.getsockname()[1]}"), Settings())


def test_advertised_addresses_that_do_not_answer_are_named():
    port = free_port()

    def elsewhere(_header, request):
        if isinstance(request, m.MetadataRequest):
            nowhere = m.metadata.MetadataResponseBroker(1, "127.0.0.1", port)
            return m.MetadataResponse(brokers=[nowhere], cluster_id="c", controller_id=1)
        return None

    with ScriptedBroker(elsewhere) as broker, pytest.raises(AdvertisedAddressWrong, match="advertised listeners"):
        connect(At(broker.text), Settings())


def test_a_target_may_come_up_while_we_wait():
    port = free_port()
    target = AddressTarget("late", (f"127.0.0.1:{port}",))
    with pytest.raises(StartFailed):
        start(target, 0)
    opened: list[ScriptedBroker] = []
    threading.Timer(0.3, lambda: opened.append(ScriptedBroker(port=port))).start()
    start(target, 10)
    opened[0].close()


def test_alive_is_who_answers_a_new_connection():
    with ScriptedBroker() as broker:
        assert is_alive(make_subject(broker.address), 1)
    assert not is_alive(make_subject(broker.address), 0.2)
    with ScriptedBroker(lambda _header, _request: SILENCE) as silent:
        assert not is_alive(make_subject(silent.address), 0.3)
