"""Who is refused, who gets what, and that the log can be read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.classic_group.state import (
    EMPTY,
    FENCED_INSTANCE_ID,
    ILLEGAL_GENERATION,
    NOTHING,
    REBALANCE_IN_PROGRESS,
    STABLE,
    UNKNOWN_MEMBER_ID,
    Config,
    Kept,
    Member,
    Record,
    from_record,
    holder_of,
    initial,
    instance_of,
    refusal,
    refusal_in_generation,
    refused,
    shares,
    to_record,
    with_group,
    with_process,
    without_member,
)

STATIC = Config(dynamic=1, static=3, instances=2, member_ids=3, partitions=3)
KEPT = st.none() | st.builds(Kept, st.integers(0, 2), st.frozensets(st.integers(1, 3)))
RECORDS = st.builds(Record, st.integers(0, 3), st.integers(0, 3), st.tuples(KEPT, KEPT, KEPT))


def test_static_processes_share_the_instance_ids_in_turn() -> None:
    assert [instance_of(STATIC, process) for process in (1, 2, 3, 4)] == [0, 1, 2, 1]


def test_the_former_holder_of_an_instance_is_fenced_and_strangers_are_unknown() -> None:
    member = Member(1, NOTHING, 0, 0, False)
    group = with_group(next(initial(STATIC)), members=(None, member, None)).group
    assert holder_of(group, 1) == 2
    assert refusal(STATIC, group, 2, 2) is None
    assert refusal(STATIC, group, 4, 1) == FENCED_INSTANCE_ID
    assert refusal(STATIC, group, 3, 1) == UNKNOWN_MEMBER_ID
    assert refusal(STATIC, group, 1, 3) == UNKNOWN_MEMBER_ID
    assert refusal_in_generation(STATIC, group, 2, 2, 7) == ILLEGAL_GENERATION


@given(st.frozensets(st.integers(1, 9), min_size=1), st.integers(1, 5))
def test_the_assignor_gives_each_partition_to_one_member_and_is_even(roster: frozenset[int], partitions: int) -> None:
    share = shares(roster, Config(partitions=partitions))
    assert sorted(x for part in share.values() for x in part) == list(range(1, partitions + 1))
    assert max(map(len, share.values())) - min(map(len, share.values())) <= 1


@given(RECORDS)
def test_what_was_written_is_read_back(record: Record) -> None:
    group = from_record(record)
    assert to_record(group) == record
    assert group.state == (STABLE if any(record.members) else EMPTY)


def test_an_error_says_what_a_process_forgets() -> None:
    start = with_process(next(initial(STATIC)), 1, member_id=2, generation=3, owned=frozenset({1}))
    keeps = {
        error: refused(start, 1, error).processes[0][1:3]
        for error in (UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, FENCED_INSTANCE_ID, REBALANCE_IN_PROGRESS)
    }
    assert keeps == {
        UNKNOWN_MEMBER_ID: (0, 0), ILLEGAL_GENERATION: (2, 0), FENCED_INSTANCE_ID: (0, 0),
        REBALANCE_IN_PROGRESS: (2, 3),
    }  # fmt: skip
    assert not refused(start, 1, ILLEGAL_GENERATION).processes[0].owned


def test_the_office_of_a_leader_passes_on() -> None:
    member = Member(0, NOTHING, 0, 0, False)
    start = with_group(next(initial(STATIC)), members=(member, member, None), leader=1)
    assert without_member(start, 1).group.leader == 2
    assert without_member(without_member(start, 1), 2).group.leader == 0
    assert without_member(start, 2).group.leader == 1
