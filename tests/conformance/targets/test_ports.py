"""Free ports."""

import socket

from nilometer.targets import ports


def test_ports_are_different_free_and_below_the_ephemeral_range():
    drawn = ports.free_ports(50)
    assert len(set(drawn)) == 50
    assert all(ports.LOWEST <= port < ports.HIGHEST_EXCLUSIVE for port in drawn)
    for port in drawn[:5]:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))


def test_a_port_that_somebody_listens_on_is_not_drawn(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        candidates = iter([port, port, ports.LOWEST + 1234])
        monkeypatch.setattr(ports._random, "randrange", lambda *_: next(candidates))
        assert ports.free_ports(1) == [ports.LOWEST + 1234]
