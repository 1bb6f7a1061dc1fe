"""The readiness loop: one thread, one selector, passes.

    a pass   1  wait until a socket is ready or a timer is due
             2  take in the bytes of every ready socket, run what is due
             3  write each touched log once                        (group commit)
             4  send to each connection once
             5  again from 2 with connections whose answers have all left

What could not be sent waits for the socket; meanwhile nothing more is read from that connection, so a peer that
does not read costs one buffer and one answer.
"""

from __future__ import annotations

import logging
import selectors
import socket
from typing import Final

from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.log import Log
from nilometer_reference.node import Close, Effect, Node, Persist, Send
from nilometer_reference.server.clock import Clock
from nilometer_reference.server.peer import Peer

logger = logging.getLogger(__name__)

SOCKET_BUFFER_BYTES: Final = 256 * 1024
_READ: Final = selectors.EVENT_READ
_WRITE: Final = selectors.EVENT_WRITE
_ACCEPTS_A_PASS: Final = 64
_RETRY_ACCEPT_MS: Final = 100


class Loop:
    """Serves a node on a listening socket until `stop` is called."""

    def __init__(self, node: Node, listener: socket.socket, clock: Clock) -> None:
        self._node = node
        self._listener = listener
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._peers: dict[int, Peer] = {}
        self._next_id = 1
        self._now_ms = clock.now_ms()
        """When the present pass began."""
        self._is_stopping = False
        self._wake_receiver, self._wake_sender = socket.socketpair()
        for sock in (listener, self._wake_receiver, self._wake_sender):
            sock.setblocking(False)
        self._selector.register(listener, _READ, "listener")
        self._selector.register(self._wake_receiver, _READ, "wake")

    @property
    def wake_fileno(self) -> int:
        """A descriptor that wakes the loop when a byte is written to it (for `signal.set_wakeup_fd`)."""
        return self._wake_sender.fileno()

    def stop(self) -> None:
        """End `run` after the present pass. May be called from another thread or a signal handler."""
        self._is_stopping = True
        try:
            self._wake_sender.send(b"\0")
        except OSError:
            return  # the loop has ended, or so many wake-ups wait that one more says nothing

    def run(self) -> None:
        """Serve until `stop`; then close every connection and the listener."""
        try:
            while not self._is_stopping:
                self._pass()
        finally:
            for peer in list(self._peers.values()):
                self._drop(peer)
            self._selector.close()
            for sock in (self._listener, self._wake_receiver, self._wake_sender):
                sock.close()

    def _pass(self) -> None:
        node = self._node
        deadline_ms = node.next_deadline_ms()
        timeout = None if deadline_ms is None else max(0, deadline_ms - self._clock.now_ms()) / 1000
        ready = self._selector.select(timeout)
        self._now_ms = now_ms = self._clock.now_ms()
        for key, events in ready:
            peer = key.data
            if peer == "listener":
                self._accept(now_ms)
            elif peer == "wake":
                self._wake_receiver.recv(4096)
            else:
                if events & _WRITE:
                    self._send(peer)
                    if peer.id in self._peers and not peer.has_unsent:
                        node.take_in_after_drained(peer.connection, now_ms)
                if events & _READ and peer.id in self._peers:
                    self._receive(peer, now_ms)
        deadline_ms = node.next_deadline_ms()
        if deadline_ms is not None and deadline_ms <= now_ms:
            node.run_due(now_ms)
        self._carry_out(node.take_effects(now_ms))

    # Effects

    def _carry_out(self, effects: list[Effect]) -> None:
        """Do all effects, and what follows from them."""
        while effects:
            failed: list[Log] = []
            touched: dict[int, Peer] = {}
            for effect in effects:
                if type(effect) is Send:
                    peer = self._peers.get(effect.connection_id)
                    if peer is not None:
                        touched[peer.id] = peer
                        self._enqueue(peer, effect, failed)
                elif type(effect) is Persist:
                    self._persist(effect.log, failed)
                elif type(effect) is Close:
                    peer = self._peers.get(effect.connection_id)
                    if peer is not None:
                        touched[peer.id] = peer
                        peer.closes_when_sent = True
            effects = self._send_and_go_on(touched, failed)

    def _send_and_go_on(self, touched: dict[int, Peer], failed: list[Log]) -> list[Effect]:
        """Send, and serve what peers that have read everything asked meanwhile; what follows from all that."""
        node = self._node
        now_ms = self._now_ms
        effects: list[Effect] = []
        for log in failed:
            effects += node.persist_failed(log, now_ms)
        goes_on = False
        for peer in touched.values():
            self._send(peer)
            if not peer.has_unsent:
                connection = peer.connection
                connection.unsent_bytes = 0
                if connection.has_input:
                    node.take_in(connection, now_ms)
                    goes_on = True
        if goes_on:
            effects += node.take_effects(now_ms)
        return effects

    def _persist(self, log: Log, failed: list[Log]) -> None:
        try:
            log.persist()
        except (KafkaStorageError, OSError) as error:
            logger.error("a log goes offline: %s", error)
            failed.append(log)

    def _enqueue(self, peer: Peer, send: Send, failed: list[Log]) -> None:
        if peer.closes_when_sent:
            return
        if not failed or not send.depends:
            peer.enqueue(send.chunks)
        elif send.otherwise is not None:
            peer.enqueue(send.otherwise(failed))
        else:
            peer.closes_when_sent = True

    # Sockets

    def _accept(self, now_ms: int) -> None:
        for _ in range(_ACCEPTS_A_PASS):
            try:
                sock, address = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                # Out of descriptors: leave them in the backlog, look again soon.
                logger.error("accept: %s", error)
                self._selector.unregister(self._listener)
                self._node.broker.timers.at(now_ms + _RETRY_ACCEPT_MS, self._accept_again)
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            id_, self._next_id = self._next_id, self._next_id + 1
            self._node.connected(id_, now_ms, str(address[0]))
            peer = Peer(id_, sock, self._node.connection(id_))
            self._peers[id_] = peer
            self._watch(peer, _READ)

    def _accept_again(self, now_ms: int) -> None:
        self._selector.register(self._listener, _READ, "listener")
        self._accept(now_ms)

    def _receive(self, peer: Peer, now_ms: int) -> None:
        connection = peer.connection
        space = connection.free_space()
        if not space or peer.has_unsent:
            self._watch(peer, peer.events & ~_READ)
            return
        try:
            count = peer.socket.recv_into(space)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            count = 0
        if count == 0:
            self._drop(peer)
            return
        connection.arrived(count)
        self._node.take_in(connection, now_ms)

    def _send(self, peer: Peer) -> None:
        try:
            peer.send()
        except OSError:
            self._drop(peer)
            return
        if peer.has_unsent:
            self._watch(peer, _WRITE)
        elif peer.closes_when_sent:
            self._drop(peer)
        elif peer.events != _READ:
            self._watch(peer, _READ)

    def _watch(self, peer: Peer, events: int) -> None:
        if events == peer.events:
            return
        if not peer.events:
            self._selector.register(peer.socket, events, peer)
        elif not events:
            self._selector.unregister(peer.socket)
        else:
            self._selector.modify(peer.socket, events, peer)
        peer.events = events

    def _drop(self, peer: Peer) -> None:
        if self._peers.pop(peer.id, None) is None:
            return
        self._watch(peer, 0)
        peer.socket.close()
        self._carry_out(self._node.disconnected(peer.id, self._now_ms))
