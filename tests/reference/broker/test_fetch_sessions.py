"""The rows of the module's table; then every history against a model that forgets nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.fetch_sessions import (
    EPOCH_MAX,
    EVICTABLE_AFTER_MS,
    FetchedPartition,
    FetchItem,
    FetchSessions,
    FullFetch,
    IncrementalFetch,
    ItemKey,
)
from nilometer_reference.wire.errors import ErrorCode, KafkaError

NOW_MS = 1_000_000


def _item(index: int, offset: int = 0, topic: str = "t") -> FetchItem:
    return FetchItem((topic, index), topic, bytes(16), index, offset, 1 << 20)


class Numbers:
    """Chance that counts: session ids 1, 2, 3 …"""

    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, size: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(size, "big")


def _sessions(slots: int = 10) -> FetchSessions:
    return FetchSessions(slots, Numbers())


def _take_up(
    sessions: FetchSessions,
    session_id: int = 0,
    epoch: int = 0,
    items: list[FetchItem] | None = None,
    forgotten: list[ItemKey] | None = None,
    *,
    uses_topic_ids: bool = False,
    now_ms: int = NOW_MS,
) -> FullFetch | IncrementalFetch:
    return sessions.take_up(
        session_id, epoch, items or [], forgotten or [], uses_topic_ids=uses_topic_ids, now_ms=now_ms
    )


def _open(sessions: FetchSessions, *indexes: int, now_ms: int = NOW_MS) -> int:
    asked = _take_up(sessions, items=[_item(index) for index in indexes], now_ms=now_ms)
    session_id, _ = asked.conclude([FetchedPartition(item, high_watermark=0) for item in asked.items], now_ms)
    return session_id


def _told(fetched: list[FetchedPartition], asked: FullFetch | IncrementalFetch) -> list[int]:
    return [one.item.index for one in asked.conclude(fetched, NOW_MS)[1]]


def _code(sessions: FetchSessions, session_id: int, epoch: int, *, uses_topic_ids: bool = False) -> ErrorCode:
    with pytest.raises(KafkaError) as refused:
        _take_up(sessions, session_id, epoch, uses_topic_ids=uses_topic_ids)
    return refused.value.code


def test_a_session_begins_with_the_answer_to_a_full_request() -> None:
    sessions = _sessions()
    asked = _take_up(sessions, items=[_item(0)])
    assert len(sessions) == 0
    assert asked.conclude([], NOW_MS)[0] == 1
    assert len(sessions) == 1


@pytest.mark.parametrize("session_id", [0, 77])
def test_a_full_request_without_session_begins_none(session_id: int) -> None:
    sessions = _sessions()
    asked = _take_up(sessions, session_id, -1, [_item(0)])
    assert asked.conclude([], NOW_MS)[0] == 0
    assert len(sessions) == 0


@pytest.mark.parametrize("epoch", [0, -1])
def test_a_full_request_ends_the_session_that_it_names(epoch: int) -> None:
    sessions = _sessions()
    old = _open(sessions, 0)
    _take_up(sessions, old, epoch, [_item(0)])
    assert _code(sessions, old, 1) is ErrorCode.FETCH_SESSION_ID_NOT_FOUND


def test_epochs_follow_each_other_and_any_other_changes_nothing() -> None:
    sessions = _sessions()
    session_id = _open(sessions, 0)
    for epoch in (1, 2, 3):
        for wrong in (epoch - 1 or 9, epoch + 1):
            assert _code(sessions, session_id, wrong) is ErrorCode.INVALID_FETCH_SESSION_EPOCH
        _take_up(sessions, session_id, epoch)
    assert _code(sessions, 99, 1) is ErrorCode.FETCH_SESSION_ID_NOT_FOUND
    assert _code(sessions, session_id, 4, uses_topic_ids=True) is ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR
    _take_up(sessions, session_id, 4)


def test_after_the_largest_epoch_comes_1() -> None:
    sessions = _sessions()
    session = sessions.begin(1, uses_topic_ids=False, now_ms=NOW_MS)
    assert session is not None
    session.items[_item(0).key] = _item(0)
    session.epoch = EPOCH_MAX
    _take_up(sessions, session.session_id, EPOCH_MAX)
    assert session.epoch == 1


def test_a_session_remembers_what_was_asked_and_forgets_what_it_is_told_to() -> None:
    sessions = _sessions()
    session_id = _open(sessions, 0, 1)
    asked = _take_up(sessions, session_id, 1, [_item(1, 5), _item(2, 7)], [("t", 0), ("t", 99)])
    assert [(item.index, item.fetch_offset) for item in asked.items] == [(1, 5), (2, 7)]


def test_a_session_that_has_nothing_left_ends() -> None:
    sessions = _sessions()
    session_id = _open(sessions, 0)
    asked = _take_up(sessions, session_id, 1, [], [("t", 0)])
    assert asked.conclude([], NOW_MS)[0] == 0
    assert _code(sessions, session_id, 2) is ErrorCode.FETCH_SESSION_ID_NOT_FOUND


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        ({}, False),
        ({"high_watermark": 1}, True),
        ({"log_start_offset": 1}, True),
        ({"last_stable_offset": 1}, False),
        ({"size": 10}, True),
        ({"error": ErrorCode.NOT_LEADER_OR_FOLLOWER, "high_watermark": -1}, True),
    ],
)
def test_an_incremental_answer_names_what_changed(change: dict[str, int], is_told: bool) -> None:
    sessions = _sessions()
    asked = _take_up(sessions, items=[_item(0)])
    session_id, _ = asked.conclude([FetchedPartition(asked.items[0], high_watermark=0, log_start_offset=0)], NOW_MS)
    again = _take_up(sessions, session_id, 1)
    values: dict[str, int] = {"high_watermark": 0, "log_start_offset": 0, **change}
    fetched = FetchedPartition(again.items[0], **values)  # type: ignore[arg-type]  # one of them is an error code
    assert _told([fetched], again) == ([0] if is_told else [])


def test_what_was_told_is_not_told_again_but_an_error_is() -> None:
    sessions = _sessions()
    session_id = _open(sessions, 0)

    def ask(epoch: int, fetched: FetchedPartition) -> list[int]:
        asked = _take_up(sessions, session_id, epoch)
        fetched.item = asked.items[0]
        return _told([fetched], asked)

    placeholder = _item(0)
    assert ask(1, FetchedPartition(placeholder, high_watermark=3)) == [0]
    assert ask(2, FetchedPartition(placeholder, high_watermark=3)) == []
    for epoch in (3, 4):
        assert ask(epoch, FetchedPartition(placeholder, ErrorCode.KAFKA_STORAGE_ERROR)) == [0]
    assert ask(5, FetchedPartition(placeholder, high_watermark=3)) == [0]
    assert ask(6, FetchedPartition(placeholder, high_watermark=3)) == []


def test_what_gave_records_goes_to_the_end() -> None:
    sessions = _sessions()
    session_id = _open(sessions, 0, 1, 2)
    asked = _take_up(sessions, session_id, 1)
    asked.conclude([FetchedPartition(item, high_watermark=0, size=item.index == 0) for item in asked.items], NOW_MS)
    assert [item.index for item in _take_up(sessions, session_id, 2).items] == [1, 2, 0]


def test_an_answer_that_comes_after_the_next_request_is_refused() -> None:
    sessions = _sessions()
    session_id = _open(sessions, 0)
    slow = _take_up(sessions, session_id, 1)
    _take_up(sessions, session_id, 2)
    with pytest.raises(KafkaError) as refused:
        slow.conclude([], NOW_MS)
    assert refused.value.code is ErrorCode.INVALID_FETCH_SESSION_EPOCH


def test_ids_are_positive_and_not_in_use() -> None:
    drawn = iter([b"\x80\0\0\0", b"\0\0\0\5", b"\x80\0\0\5", b"\0\0\0\6"])
    sessions = FetchSessions(10, lambda _size: next(drawn))
    first = sessions.begin(1, uses_topic_ids=False, now_ms=NOW_MS)
    second = sessions.begin(1, uses_topic_ids=False, now_ms=NOW_MS)
    assert first is not None
    assert second is not None
    assert (first.session_id, second.session_id) == (5, 6)


# Eviction


def test_a_full_cache_gives_no_place_to_who_is_no_better() -> None:
    sessions = _sessions(2)
    _open(sessions, 0, 1)
    _open(sessions, 0)
    assert _open(sessions, 0, 1, 2) == 0  # larger, but the others are young
    assert len(sessions) == 2


def test_the_session_that_was_idle_for_too_long_goes_first() -> None:
    sessions = _sessions(2)
    used, idle = _open(sessions, 0), _open(sessions, 0, 1, 2)
    later_ms = NOW_MS + EVICTABLE_AFTER_MS + 1
    _take_up(sessions, used, 1, now_ms=later_ms)
    assert _open(sessions, 5, now_ms=later_ms) > 0
    assert _code(sessions, idle, 1) is ErrorCode.FETCH_SESSION_ID_NOT_FOUND
    _take_up(sessions, used, 2, now_ms=later_ms)


@pytest.mark.parametrize(("size", "has_place"), [(1, False), (2, False), (3, True)])
def test_of_old_sessions_the_smallest_gives_way_to_a_larger_one(size: int, has_place: bool) -> None:
    sessions = _sessions(2)
    small, large = _open(sessions, 0, 1), _open(sessions, 0, 1, 2)
    later_ms = NOW_MS + EVICTABLE_AFTER_MS + 1
    for session_id in (small, large):
        _take_up(sessions, session_id, 1, now_ms=later_ms)
    assert (_open(sessions, *range(size), now_ms=later_ms) > 0) == has_place
    _take_up(sessions, large, 2, now_ms=later_ms)
    if has_place:
        assert _code(sessions, small, 2) is ErrorCode.FETCH_SESSION_ID_NOT_FOUND


def test_without_slots_every_fetch_is_a_full_one() -> None:
    assert _open(_sessions(0), 0) == 0


# Histories


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.integers(0, 4), st.integers(0, 3), max_size=3),  # asked: index -> offset
            st.sets(st.integers(0, 4), max_size=2),  # forgotten
            st.dictionaries(st.integers(0, 4), st.integers(1, 3), max_size=3),  # the high watermark moves on by
        ),
        max_size=12,
    )
)
def test_a_client_that_merges_answers_knows_what_full_answers_would_tell(
    steps: list[tuple[dict[int, int], set[int], dict[int, int]]],
) -> None:
    sessions = _sessions()
    watermarks = dict.fromkeys(range(5), 0)
    wanted: dict[int, int] = {}
    known: dict[int, int] = {}
    session_id = epoch = 0
    for asked, forgotten, moves in steps:
        for index, by in moves.items():
            watermarks[index] += by
        if session_id == 0:
            wanted, known, epoch = dict(asked), {}, 0
            taken = _take_up(sessions, 0, 0, [_item(index, offset) for index, offset in asked.items()])
        else:
            wanted.update(asked)
            for index in forgotten:
                wanted.pop(index, None)
                known.pop(index, None)
            taken = _take_up(
                sessions, session_id, epoch, [_item(index, offset) for index, offset in asked.items()],
                [("t", index) for index in forgotten],
            )  # fmt: skip
        if wanted:
            items = {item.index: item.fetch_offset for item in taken.items}
            assert items == wanted
        fetched = [FetchedPartition(item, high_watermark=watermarks[item.index]) for item in taken.items]
        session_id, told = taken.conclude(fetched, NOW_MS)
        known.update({one.item.index: one.high_watermark for one in told})
        if wanted:
            assert {index: known[index] for index in wanted} == {index: watermarks[index] for index in wanted}
        epoch += 1
