"""The few requests that the registry makes of a broker, one at a time: versions, metadata, topics, produce, fetch.

Every failure to reach a broker is a `BrokerGone`: who calls decides whether to try again.
"""

from __future__ import annotations

import itertools
import socket
from typing import Any, Final

from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.frames import SIZE, encode_request, messages_by_key, parse_response
from nilometer_reference.wire.messages.api_versions import ApiVersionsRequest
from nilometer_reference.wire.messages.metadata import MetadataRequest, MetadataRequestTopic, MetadataResponse
from nilometer_reference.wire.primitives import MalformedMessage

TIMEOUT_S: Final = 30.0
CLIENT_ID: Final = "nilometer-registry"
Address = tuple[str, int]


class BrokerGone(Exception):
    """No answer: refused, closed, too late, or nothing that can be read."""


class BrokerRefused(Exception):
    """An answer with an error code."""

    def __init__(self, what: str, code: int) -> None:
        name = ErrorCode(code).name if code in set(ErrorCode) else str(code)
        super().__init__(f"{what}: {name}")
        self.code = code


class Link:
    """One connection."""

    def __init__(self, address: Address) -> None:
        try:
            self._socket = socket.create_connection(address, TIMEOUT_S)
        except OSError as error:
            raise BrokerGone(f"{address[0]}:{address[1]}: {error}") from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._numbers = itertools.count(1)
        self.versions: dict[int, tuple[int, int]] = {}
        answer = self.ask(ApiVersionsRequest(CLIENT_ID, "1"), 3)
        self.versions = {one.api_key: (one.min_version, one.max_version) for one in answer.api_keys}

    def call(self, request: Message, newest: int) -> Any:
        """Ask in the newest version that both know, at most `newest`."""
        assert request.API_KEY is not None
        if request.API_KEY not in self.versions:
            raise BrokerGone(f"{type(request).__name__} is not served")
        return self.ask(request, min(newest, self.versions[request.API_KEY][1]))

    def ask(self, request: Message, version: int) -> Any:
        """The answer to a request."""
        assert request.API_KEY is not None
        number = next(self._numbers)
        try:
            self._socket.sendall(encode_request(request, version, number, CLIENT_ID))
            size = SIZE.unpack(self._read(SIZE.size))[0]
            got, response, _ = parse_response(self._read(size), messages_by_key()[request.API_KEY].response, version)
        except (OSError, MalformedMessage) as error:
            self.close()
            raise BrokerGone(f"{type(request).__name__}: {error}") from error
        if got != number:
            raise BrokerGone(f"answer {got} where {number} was asked")
        return response

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                raise OSError("the connection was closed")
            data += more
        return bytes(data)

    def close(self) -> None:
        self._socket.close()


class Cluster:
    """Brokers behind some addresses; a connection to each that is needed."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = [_address(one) for one in bootstrap.split(",")]
        self._links: dict[Address, Link] = {}

    def any(self) -> Link:
        """A connection to some broker. Raises BrokerGone."""
        failures = []
        for address in self._bootstrap:
            try:
                return self._link(address)
            except BrokerGone as error:
                failures.append(str(error))
        raise BrokerGone("; ".join(failures))

    def metadata(self, topic: str) -> MetadataResponse:
        """Of one topic, which is not made by asking."""
        request = MetadataRequest([MetadataRequestTopic(name=topic)], allow_auto_topic_creation=False)
        answer: MetadataResponse = self.any().call(request, 9)
        return answer

    def leader(self, topic: str) -> Link:
        """A connection to the leader of the topic's only partition. Raises BrokerGone, BrokerRefused."""
        answer = self.metadata(topic)
        for found in answer.topics:
            for partition in found.partitions:
                for broker in answer.brokers:
                    if broker.node_id == partition.leader_id:
                        return self._link((broker.host, broker.port))
        raise BrokerGone(f"{topic} has no leader")

    def _link(self, address: Address) -> Link:
        link = self._links.get(address)
        if link is None:
            link = self._links[address] = Link(address)
        return link

    def forget(self) -> None:
        """Begin anew: a broker has gone. May be called while another thread waits for an answer, which then fails."""
        links, self._links = self._links, {}
        for link in links.values():
            link.close()


def _address(text: str) -> Address:
    host, _, port = text.strip().rpartition(":")
    return host.strip("[]"), int(port)
