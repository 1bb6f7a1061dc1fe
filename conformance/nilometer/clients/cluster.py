"""Which broker to ask, and in which version: the cluster as Metadata and ApiVersions show it.

    cluster.version("Fetch", at_most=12)     highest version that both sides know; NotObservable if there is none
    cluster.call(request, node=3)            on this session's own connection to that node, opened when needed

`Cluster` belongs to one actor: it has its own connections. What was learnt about versions is shared by `Versions`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from nilometer.clients.exchange import Exchange, Journal, api_name
from nilometer.clients.raw import Connection, NoAnswer
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.messages import ApiVersionsRequest, ApiVersionsResponse, MetadataRequest, MetadataResponse
from nilometer_reference.wire.messages.metadata import MetadataRequestTopic

UNSUPPORTED_VERSION = 35
HANDSHAKE_VERSIONS = (3, 2, 0)
"""Tried below our newest; 3 was the first flexible one, 2 the last in the old layout."""


def request_class(api: str) -> type[Message]:
    """`FetchRequest` for `Fetch`; KeyError for a name that Kafka does not have."""
    kind = getattr(messages, f"{api}Request", None)
    if kind is None:
        raise KeyError(f"Kafka has no API named {api}")
    return kind  # type: ignore[no-any-return] # getattr on a generated module


@dataclass(frozen=True)
class Versions:
    """What a target advertises: `ranges` by API key, both ends inclusive."""

    ranges: dict[int, tuple[int, int]]
    features: dict[str, int] = field(default_factory=dict)
    """Finalized features by name; empty below ApiVersions v3."""

    def range(self, api: str) -> tuple[int, int] | None:
        """Lowest and highest advertised version; None for an API that is not advertised."""
        key = request_class(api).API_KEY
        return None if key is None else self.ranges.get(key)

    def common(self, api: str, *, at_most: int | None = None, at_least: int = 0) -> int:
        """The highest version that both sides know within the bounds (inclusive); NotObservable if there is none."""
        advertised = self.range(api)
        if advertised is None:
            raise NotObservable(Reason.API_NOT_SERVED, f"{api} is not advertised")
        low, high = request_class(api).VERSIONS
        low, high = max(low, advertised[0], at_least), min(high, advertised[1])
        if at_most is not None:
            high = min(high, at_most)
        if high < low:
            wanted = f"{at_least} to {'newest' if at_most is None else at_most}"
            raise NotObservable(
                Reason.VERSION_TOO_LOW, f"{api} is advertised as {advertised[0]} to {advertised[1]}, needed: {wanted}"
            )
        return high

    def serves(self, api: str, version: int = 0) -> bool:
        """Whether the API is advertised up to at least this version."""
        advertised = self.range(api)
        return advertised is not None and advertised[1] >= version


def handshake(connect: Callable[[], Connection]) -> Versions:
    """ApiVersions as a client does it: our newest version, then what the broker offers (KIP-511), at last v0.

    A broker that closes at a version that it does not know, or answers in a layout that does not parse, is asked again
    on a new connection with the next of `HANDSHAKE_VERSIONS`. `NoAnswer` if that does not help either.
    """
    newest = ApiVersionsRequest.VERSIONS[1]
    versions = [newest, *(version for version in HANDSHAKE_VERSIONS if version < newest)]
    while True:
        version = versions.pop(0)
        with connect() as connection:
            try:
                response = _ask_versions(connection, version)
            except NoAnswer:
                if not versions:
                    raise
                continue
        if response.error_code == UNSUPPORTED_VERSION and versions:
            offered = [api.max_version for api in response.api_keys if api.api_key == ApiVersionsRequest.API_KEY]
            # "UNSUPPORTED_VERSION, I serve up to what you sent" contradicts itself: go on downwards
            best = max((one for one in offered if 0 <= one < version), default=0)
            versions = [best, *(one for one in HANDSHAKE_VERSIONS if one < best)]
            continue
        if response.error_code != 0:
            raise NoAnswer(f"ApiVersions v{version} was answered with error {response.error_code}")
        return Versions(
            {api.api_key: (api.min_version, api.max_version) for api in response.api_keys},
            {feature.name: feature.max_version_level for feature in response.finalized_features},
        )


def _ask_versions(connection: Connection, version: int) -> ApiVersionsResponse:
    request = ApiVersionsRequest(client_software_name="nilometer", client_software_version="0")
    response = connection.call(request, version).response
    assert isinstance(response, ApiVersionsResponse)
    return response


@dataclass
class Cluster:
    """One actor's view of the cluster, with its connections."""

    bootstrap: list[tuple[str, int]]
    journal: Journal
    versions: Versions
    timeout_s: float = 10.0
    client_id: str = "nilometer"
    brokers: dict[int, tuple[str, int]] = field(default_factory=dict)
    controller_id: int = -1
    before_call: Callable[[], None] = lambda: None
    """Called before each request; may raise to end what runs too long."""
    _connections: dict[int | None, Connection] = field(default_factory=dict)
    _opened: list[Connection] = field(default_factory=list)

    def version(self, api: str | Message, *, at_most: int | None = None, at_least: int = 0) -> int:
        """Highest common version within the bounds; raises NotObservable."""
        return self.versions.common(api if isinstance(api, str) else api_name(api), at_most=at_most, at_least=at_least)

    def address(self, node: int | None) -> tuple[str, int]:
        """Where a node listens; the bootstrap address for None."""
        if node is None:
            return self.bootstrap[0]
        if node not in self.brokers:
            self.metadata([])
        if node not in self.brokers:
            raise NoAnswer(f"Metadata does not list node {node}")
        return self.brokers[node]

    def open(self, node: int | None = None) -> Connection:
        """A connection of its own to a node, closed at the latest when this actor closes."""
        self.before_call()
        addresses = self.bootstrap if node is None else [self.address(node)]
        for host, port in addresses[:-1]:
            try:
                return self._connect(host, port)
            except NoAnswer:
                continue
        return self._connect(*addresses[-1])

    def _connect(self, host: str, port: int) -> Connection:
        connection = Connection(host, port, self.journal, timeout_s=self.timeout_s, client_id=self.client_id)
        self._opened = [*(one for one in self._opened if not one.closed), connection]
        return connection

    def connection(self, node: int | None = None) -> Connection:
        """This actor's connection to a node, opened when there is none."""
        found = self._connections.get(node)
        if found is None or found.closed:
            found = self._connections[node] = self.open(node)
        return found

    def call(
        self, request: Message, *, version: int | None = None, node: int | None = None, timeout_s: float | None = None
    ) -> Exchange:
        """One request, one answer; a version of None is the highest common one."""
        self.before_call()
        chosen = self.version(request) if version is None else version
        return self.connection(node).call(request, chosen, timeout_s=timeout_s)

    def metadata(self, topics: list[str] | None, *, create: bool = False) -> MetadataResponse:
        """Metadata of the named topics (None: all, empty: none); learns brokers and controller."""
        version = self.version("Metadata", at_least=1 if topics == [] else 0)
        request = MetadataRequest(
            topics=None if topics is None else [MetadataRequestTopic(name=name) for name in topics],
            allow_auto_topic_creation=create,
        )
        response = self.call(request, version=version).response
        assert isinstance(response, MetadataResponse)
        self.brokers = {broker.node_id: (broker.host, broker.port) for broker in response.brokers}
        self.controller_id = response.controller_id
        return response

    def cut(self) -> None:
        """From another thread: end every wait on these connections."""
        for connection in self._opened:
            connection.cut()

    def close(self) -> None:
        """Close every connection, those of `open` too."""
        for connection in self._opened:
            connection.close()
        self._connections.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
