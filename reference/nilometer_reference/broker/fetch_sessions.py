"""Fetch sessions: the broker remembers what a consumer fetches, so that requests and answers name only what changed.

    session id, epoch      is                        answer
    any, 0                 full; a session begins    every partition, and the new session's id (0: there is no room)
    any, -1                full, without session     every partition, id 0
    id, the next epoch     incremental               partitions with records, an error, or changed watermarks
    id, another epoch                                INVALID_FETCH_SESSION_EPOCH (71)
    id that is unknown                               FETCH_SESSION_ID_NOT_FOUND (70)
    id, with names where the session has topic ids   FETCH_SESSION_TOPIC_ID_ERROR (106)

A full request ends the session that it names. A new session may take the place of one that was not used for two
minutes, or of a smaller one that is older than that. A partition that gave records goes to the end of its session,
so that the limit on the answer's bytes is fair.

Sources: KIP-227, KIP-516; `FetchSession.java`, `FetchContext.java`, `FetchSessionCacheShard.java`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from nilometer_reference.log.leader_epochs import EpochEnd
from nilometer_reference.wire.chunks import Records
from nilometer_reference.wire.errors import ErrorCode, KafkaError

NO_SESSION: Final = 0
INITIAL_EPOCH: Final = 0
FINAL_EPOCH: Final = -1
EPOCH_MAX: Final = 2**31 - 1
EVICTABLE_AFTER_MS: Final = 120_000

ItemKey = tuple[str | bytes, int]
"""Topic id, or its name where the request has none; partition index."""


@dataclass(eq=False, slots=True)
class FetchItem:
    """One partition that is asked for. -1 stands for epochs that the client does not know."""

    key: ItemKey
    topic: str | None
    """None: nobody has ever told which topic has this id."""
    topic_id: bytes
    index: int
    fetch_offset: int
    max_bytes: int
    current_leader_epoch: int = -1
    last_fetched_epoch: int = -1
    told_high_watermark: int = -1
    """What the session's client knows; -1: it must be told in any case."""
    told_log_start_offset: int = -1

    def ask(self, other: FetchItem) -> None:
        """Ask for the same partition as another request did."""
        self.fetch_offset = other.fetch_offset
        self.max_bytes = other.max_bytes
        self.current_leader_epoch = other.current_leader_epoch
        self.last_fetched_epoch = other.last_fetched_epoch
        self.topic = self.topic or other.topic


@dataclass(slots=True)
class FetchedPartition:
    """What one partition answers."""

    item: FetchItem
    error: ErrorCode = ErrorCode.NONE
    high_watermark: int = -1
    last_stable_offset: int = -1
    log_start_offset: int = -1
    records: Records = b""
    size: int = 0
    aborted: Sequence[tuple[int, int]] | None = None
    diverging: EpochEnd | None = None
    leader: tuple[int, int] | None = None
    """(leader id, leader epoch), for a client that is wrong about it (KIP-951)."""


@dataclass(eq=False, slots=True)
class FetchSession:
    """`epoch` is that of the next request. Items are in the order in which they are read."""

    session_id: int
    uses_topic_ids: bool
    created_ms: int
    last_used_ms: int
    epoch: int = 1
    items: dict[ItemKey, FetchItem] = field(default_factory=dict)

    def update(self, asked: Iterable[FetchItem], forgotten: Collection[ItemKey]) -> None:
        for item in asked:
            known = self.items.get(item.key)
            if known is None:
                self.items[item.key] = item
            else:
                known.ask(item)
        for key in forgotten:
            self.items.pop(key, None)

    def changed(self, fetched: Iterable[FetchedPartition]) -> list[FetchedPartition]:
        """Those that the client must be told; it counts as told."""
        result = []
        for one in fetched:
            item = one.item
            if must_tell(one):
                result.append(one)
            tell(one)
            if one.size and self.items.get(item.key) is item:
                del self.items[item.key]
                self.items[item.key] = item
        return result


def must_tell(fetched: FetchedPartition) -> bool:
    """Whether an incremental answer names the partition."""
    item = fetched.item
    return (
        fetched.size > 0
        or fetched.error != ErrorCode.NONE
        or fetched.diverging is not None
        or fetched.high_watermark != item.told_high_watermark
        or fetched.log_start_offset != item.told_log_start_offset
    )


def tell(fetched: FetchedPartition) -> None:
    """The client knows from now on. An error comes with a high watermark of -1: it is told again when that has gone."""
    assert fetched.error == ErrorCode.NONE or fetched.high_watermark == -1
    fetched.item.told_high_watermark = fetched.high_watermark
    fetched.item.told_log_start_offset = fetched.log_start_offset


class FullFetch:
    """A request that names all that it wants; with `begins_session` a session is begun with its answer."""

    def __init__(
        self, sessions: FetchSessions, items: Sequence[FetchItem], *, begins_session: bool, uses_topic_ids: bool
    ) -> None:
        self.items = items
        self._sessions = sessions
        self._begins_session = begins_session
        self._uses_topic_ids = uses_topic_ids

    def conclude(self, fetched: Sequence[FetchedPartition], now_ms: int) -> tuple[int, Sequence[FetchedPartition]]:
        """(session id, what to answer)."""
        if not self._begins_session:
            return NO_SESSION, fetched
        session = self._sessions.begin(len(fetched), uses_topic_ids=self._uses_topic_ids, now_ms=now_ms)
        if session is None:
            return NO_SESSION, fetched
        for one in fetched:
            tell(one)
            session.items[one.item.key] = one.item
        return session.session_id, fetched


class IncrementalFetch:
    """A request within a session."""

    def __init__(self, session: FetchSession) -> None:
        self.items: Sequence[FetchItem] = list(session.items.values())
        self._session = session
        self._epoch = session.epoch

    def conclude(
        self,
        fetched: Sequence[FetchedPartition],
        now_ms: int,  # noqa: ARG002  # as FullFetch
    ) -> tuple[int, Sequence[FetchedPartition]]:
        """(session id, what to answer). Raises INVALID_FETCH_SESSION_EPOCH: another request has come in between."""
        if self._session.epoch != self._epoch:
            raise KafkaError(
                ErrorCode.INVALID_FETCH_SESSION_EPOCH, f"{self._session.epoch=} when {self._epoch} was to be answered"
            )
        return self._session.session_id, self._session.changed(fetched)


class FetchSessions:
    """All sessions of a broker, at most `slots`. `chance(n)` answers n random bytes."""

    def __init__(self, slots: int, chance: Callable[[int], bytes]) -> None:
        self._slots = slots
        self._chance = chance
        self._sessions: dict[int, FetchSession] = {}
        """By id, least recently used first."""

    def __len__(self) -> int:
        return len(self._sessions)

    def take_up(
        self,
        session_id: int,
        epoch: int,
        items: Sequence[FetchItem],
        forgotten: Collection[ItemKey],
        *,
        uses_topic_ids: bool,
        now_ms: int,
    ) -> FullFetch | IncrementalFetch:
        """What a request is about. Raises as the module's table says; nothing has changed then."""
        if epoch in (INITIAL_EPOCH, FINAL_EPOCH):
            self._sessions.pop(session_id, None)
            return FullFetch(self, items, begins_session=epoch == INITIAL_EPOCH, uses_topic_ids=uses_topic_ids)
        session = self._sessions.get(session_id)
        if session is None:
            raise KafkaError(ErrorCode.FETCH_SESSION_ID_NOT_FOUND, f"{session_id=}")
        if session.epoch != epoch:
            raise KafkaError(ErrorCode.INVALID_FETCH_SESSION_EPOCH, f"{epoch=} where {session.epoch=} is next")
        if session.uses_topic_ids != uses_topic_ids:
            raise KafkaError(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR, f"{uses_topic_ids=}, {session.uses_topic_ids=}")
        session.update(items, forgotten)
        if not session.items:
            del self._sessions[session_id]
            return FullFetch(self, items, begins_session=False, uses_topic_ids=uses_topic_ids)
        session.epoch = 1 if epoch == EPOCH_MAX else epoch + 1
        session.last_used_ms = now_ms
        self._sessions[session_id] = self._sessions.pop(session_id)
        return IncrementalFetch(session)

    def begin(self, size: int, *, uses_topic_ids: bool, now_ms: int) -> FetchSession | None:
        """A new session that will have `size` partitions; None if there is no room for it."""
        if len(self._sessions) >= self._slots and not self._evict(size, now_ms):
            return None
        session_id = NO_SESSION
        while session_id == NO_SESSION or session_id in self._sessions:
            session_id = int.from_bytes(self._chance(4), "big") & EPOCH_MAX
        session = self._sessions[session_id] = FetchSession(session_id, uses_topic_ids, now_ms, now_ms)
        return session

    def _evict(self, size: int, now_ms: int) -> bool:
        """Make room for a session of `size` partitions, if another one may go."""
        oldest = next(iter(self._sessions.values()), None)
        if oldest is None:
            return False
        if now_ms - oldest.last_used_ms > EVICTABLE_AFTER_MS:
            del self._sessions[oldest.session_id]
            return True
        evictable = [one for one in self._sessions.values() if one.last_used_ms - one.created_ms > EVICTABLE_AFTER_MS]
        least = min(evictable, key=lambda one: (len(one.items), one.session_id), default=None)
        if least is None or size <= len(least.items):
            return False
        del self._sessions[least.session_id]
        return True
