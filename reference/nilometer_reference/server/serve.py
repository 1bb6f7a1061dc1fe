"""A broker put together from sockets, files, the clock and chance, and served until it is told to stop.

    listen ─> data directory, locked ─> stores ─> broker, loaded ─> node ─> loop … stop ─> logs closed

The port is bound before anything is read, so that a port that is taken costs nothing, and announced when requests
are answered.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.broker.stores import MemoryStores, Stores
from nilometer_reference.broker.tracing import EventLog, Tracer
from nilometer_reference.node import Node
from nilometer_reference.server.clock import Clock
from nilometer_reference.server.data_directory import DataDirectory, random_cluster_id
from nilometer_reference.server.file_stores import FileStores
from nilometer_reference.server.loop import SOCKET_BUFFER_BYTES, Loop
from nilometer_reference.server.settings import with_settings

BACKLOG: Final = 1024


class MakeNode(Protocol):
    """How a node is wired; faults wire it otherwise."""

    def __call__(
        self,
        config: BrokerConfig,
        stores: Stores,
        *,
        chance: Callable[[int], bytes],
        now_ms: int,
        tracer: Tracer | None = None,
    ) -> Node: ...


def make_node(
    config: BrokerConfig, stores: Stores, *, chance: Callable[[int], bytes], now_ms: int, tracer: Tracer | None = None
) -> Node:
    """A node without faults."""
    return Node(Broker(config, stores, chance=chance, now_ms=now_ms, tracer=tracer))


@dataclass(frozen=True, slots=True)
class Options:
    """What `serve` is told. Port 0 is any free one."""

    host: str = "127.0.0.1"
    port: int = 0
    advertised_host: str | None = None
    advertised_port: int | None = None
    data_directory: Path | None = None
    """None: a temporary one, removed at the end."""
    in_memory: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    record: Path | None = None
    """File that gets an event for each step of the broker, behind what it holds."""
    make_node: MakeNode = make_node


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by what is accepted; must be set before listening to have an effect on TCP's window.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def raise_descriptor_limit() -> int:
    """Take as many open files as this process may have: each segment and each connection is one. Answers how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):
            return soft
    return hard


def serve(options: Options, announce: Callable[[str, int], None], *, stops_at: tuple[signal.Signals, ...] = ()) -> None:
    """Serve until one of the signals comes. `announce(host, port)` is called when requests are answered.

    Raises OSError (the port), DataDirectoryError, UnknownSetting, KafkaStorageError; whatever was begun is undone.
    """
    config = with_settings(BrokerConfig(), options.settings)
    raise_descriptor_limit()
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(listen(options.host, options.port))
        port: int = listener.getsockname()[1]
        config = replace(
            config,
            advertised_host=options.advertised_host or options.host,
            advertised_port=options.advertised_port or port,
        )
        config, stores = _open_stores(options, config, stack)
        clock = Clock()
        tracer = None
        if options.record is not None:
            # Line by line: what was told of before a kill is there after it.
            file = stack.enter_context(options.record.open("a", buffering=1, encoding="utf-8"))
            tracer = EventLog(f"broker-{config.node_id}", file.write)
        node = options.make_node(config, stores, chance=os.urandom, now_ms=clock.now_ms(), tracer=tracer)
        stack.callback(node.broker.close)
        loop = Loop(node, listener, clock)
        stack.enter_context(_stopped_by(loop, stops_at))
        announce(options.host, port)
        loop.run()


def _open_stores(options: Options, config: BrokerConfig, stack: contextlib.ExitStack) -> tuple[BrokerConfig, Stores]:
    """The stores, and the config with the identity that belongs to them."""
    wanted_cluster_id = config.cluster_id if "cluster.id" in options.settings else None
    if options.in_memory:
        return replace(config, cluster_id=wanted_cluster_id or random_cluster_id(os.urandom)), MemoryStores()
    path = options.data_directory
    if path is None:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nilometer-broker-")))
    directory = stack.enter_context(DataDirectory(path))
    identity = directory.identity(config.node_id, wanted_cluster_id, os.urandom)
    config = replace(config, cluster_id=identity.cluster_id, log_dir=str(path.absolute()))
    return config, FileStores(path)


@contextlib.contextmanager
def _stopped_by(loop: Loop, signals: tuple[signal.Signals, ...]) -> Iterator[None]:
    """Within, the signals stop the loop; behind, they do what they did before."""
    if not signals:
        yield
        return
    before = {number: signal.signal(number, lambda _number, _frame: loop.stop()) for number in signals}
    wakeup = signal.set_wakeup_fd(loop.wake_fileno, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
