"""What the coordinator does with requests and time-outs, a case at a time."""

from __future__ import annotations

from nilometer_models.protocols.classic_group import coordinator
from nilometer_models.protocols.classic_group.state import (
    COMPLETING,
    EMPTY,
    FENCED,
    GONE,
    PREPARING,
    STABLE,
    SYNCING,
    UNJOINED,
    Config,
    State,
    initial,
    member,
    present,
    with_process,
)

TWO = Config(dynamic=2, member_ids=4)
STATIC = Config(dynamic=0, static=2, instances=1, member_ids=3)


def joined(c: Config, s: State, process: int) -> State:
    """A dynamic process that is new gets its id, and joins with it."""
    s = coordinator.join(c, s, process)
    answer = s.processes[process - 1].answer
    if answer is not None and answer.generation == 0:
        s = coordinator.join(c, with_process(s, process, member_id=answer.member_id, answer=None), process)
    return s


def stable(c: Config) -> State:
    """The first process leads a stable group of one."""
    s = coordinator.complete(c, joined(c, next(initial(c)), 1))
    return coordinator.sync(c, s, 1)


def test_the_first_rebalance_waits_for_its_time() -> None:
    s = joined(TWO, next(initial(TWO)), 1)
    assert (s.group.state, s.group.initial, s.group.generation) == (PREPARING, True, 0)
    s = coordinator.complete(TWO, s)
    assert (s.group.state, s.group.generation, s.group.leader, s.group.unsynced) == (COMPLETING, 1, 1, {1})


def test_the_leaders_assignment_makes_the_group_stable_and_is_written() -> None:
    s = stable(TWO)
    assert (s.group.state, member(s.group, 1).assignment) == (STABLE, {1})
    assert s.log.generation == 1
    assert s.processes[0].phase == SYNCING
    assert s.processes[0].answer is not None


def test_a_new_member_waits_until_the_old_ones_have_joined_again() -> None:
    s = joined(TWO, stable(TWO), 2)
    assert s.group.state == PREPARING
    s = joined(TWO, s, 1)
    assert (s.group.state, s.group.generation, s.group.leader) == (COMPLETING, 2, 1)
    assert s.processes[1].answer is not None


def test_who_has_not_joined_in_time_is_dropped_and_the_leader_with_it() -> None:
    s = coordinator.complete(TWO, joined(TWO, stable(TWO), 2))
    assert (present(s.group.members), s.group.leader, s.group.generation) == ([2], 2, 2)


def test_the_last_member_leaves_an_empty_group_that_is_written() -> None:
    s = coordinator.leave(TWO, stable(TWO), 1)
    assert (s.group.state, s.group.generation, s.group.leader, s.log.members) == (EMPTY, 2, 0, (None,) * 4)


def test_members_that_wait_for_their_assignment_are_told_of_the_next_rebalance() -> None:
    s = joined(TWO, joined(TWO, next(initial(TWO)), 1), 2)
    s = coordinator.sync(TWO, coordinator.complete(TWO, s), 2)
    assert member(s.group, 2).syncing == 2
    s = coordinator.expire(TWO, s, 1)
    assert s.group.state == PREPARING
    assert (s.processes[1].phase, s.processes[1].member_id) == (UNJOINED, 2)


def test_a_static_member_that_returns_takes_over_without_a_rebalance() -> None:
    s = coordinator.join(STATIC, stable(STATIC), 2)
    assert (s.group.state, s.group.generation, present(s.group.members), s.group.leader) == (STABLE, 1, [2], 2)
    assert member(s.group, 2).assignment == {1}
    assert s.log.members[1] is not None
    assert s.processes[1].answer is not None
    assert not s.processes[1].answer.roster  # it skips the assignment (KIP-814)


def test_a_static_member_that_returns_while_the_assignment_is_awaited_starts_the_rebalance_anew() -> None:
    s = coordinator.join(STATIC, coordinator.complete(STATIC, joined(STATIC, next(initial(STATIC)), 1)), 2)
    assert (s.group.state, s.group.generation, present(s.group.members)) == (COMPLETING, 2, [2])


def test_the_process_whose_request_is_parked_is_fenced() -> None:
    s = coordinator.join(STATIC, joined(STATIC, next(initial(STATIC)), 1), 2)
    assert s.processes[0].phase == FENCED
    assert member(s.group, 2).joining == 2


def test_a_group_of_static_members_waits_for_one_of_them() -> None:
    c = Config(dynamic=0, static=2, instances=2, member_ids=3)
    s = coordinator.join(c, coordinator.join(c, next(initial(c)), 1), 2)
    s = coordinator.expire(c, coordinator.complete(c, s), 1)
    assert s.group.state == PREPARING
    assert coordinator.complete(c, s).group == s.group


def test_an_id_that_nobody_joins_with_is_forgotten() -> None:
    s = coordinator.join(TWO, next(initial(TWO)), 1)
    assert s.group.pending == {1}
    assert not coordinator.expire(TWO, s, 1).group.pending


def test_a_sync_that_does_not_come_costs_the_membership() -> None:
    s = joined(TWO, joined(TWO, next(initial(TWO)), 1), 2)
    s = coordinator.expire_unsynced(TWO, coordinator.sync(TWO, coordinator.complete(TWO, s), 1))
    assert (s.group.state, present(s.group.members)) == (PREPARING, [1])


def test_the_answer_to_a_lost_connection_reaches_nobody() -> None:
    s = coordinator.connection_lost(joined(TWO, next(initial(TWO)), 1), 1)
    assert (s.processes[0].phase, member(s.group, 1).joining) == (UNJOINED, GONE)
    assert coordinator.complete(TWO, s).processes[0].answer is None
    assert coordinator.complete(TWO, joined(TWO, s, 1)).processes[0].answer is not None


def test_a_new_coordinator_goes_back_to_the_last_written_generation() -> None:
    s = joined(TWO, joined(TWO, stable(TWO), 2), 1)
    assert (s.group.state, s.group.generation) == (COMPLETING, 2)
    s = coordinator.reload(s)
    assert (s.group.state, s.group.generation, present(s.group.members)) == (STABLE, 1, [1])
