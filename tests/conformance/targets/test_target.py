"""What holds for every target."""

import pytest

from nilometer.targets.errors import NotRunning, NotSupported
from nilometer.targets.target import Control, Endpoint, Target


class Recorder(Target):
    def __init__(self, error: BaseException | None = None) -> None:
        super().__init__("recorder")
        self.calls: list[str] = []
        self.error = error

    def start(self) -> Endpoint:
        self.calls.append("start")
        if self.error is not None:
            raise self.error
        self._endpoint = Endpoint(("127.0.0.1:1",))
        return self._endpoint

    def describe(self) -> str:
        return "a recorder"

    def close(self) -> None:
        self.calls.append("close")


def test_an_endpoint_is_read_as_text_and_as_socket_addresses():
    endpoint = Endpoint(("127.0.0.1:1", "[::1]:2", "broker.example:9092"))
    assert endpoint.text == "127.0.0.1:1,[::1]:2,broker.example:9092"
    assert endpoint.addresses == [("127.0.0.1", 1), ("::1", 2), ("broker.example", 9092)]


def test_the_block_starts_and_closes():
    with Recorder() as target:
        assert target.calls == ["start"]
        assert target.endpoint.text == "127.0.0.1:1"
    assert target.calls == ["start", "close"]


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
def test_a_start_that_fails_or_is_interrupted_is_closed_too(error):
    target = Recorder(error)
    with pytest.raises(type(error)), target:
        raise AssertionError("never entered")
    assert target.calls == ["start", "close"]


def test_without_a_start_there_is_no_endpoint():
    with pytest.raises(NotRunning, match="recorder was not started"):
        _ = Recorder().endpoint


@pytest.mark.parametrize("verb", ["stop", "kill", "restart", "pause", "resume"])
def test_what_we_do_not_run_we_do_not_touch(verb):
    assert Recorder.control is Control.NONE
    with pytest.raises(NotSupported, match=f"cannot {verb} recorder"):
        getattr(Recorder(), verb)()


def test_all_control_is_process_control_and_restart():
    assert Control.ALL == Control.STOP | Control.KILL | Control.PAUSE | Control.RESTART
    assert Control.RESTART not in Control.PROCESS
