from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from nilometer.requirements.groups._groups import Committed
from nilometer.requirements.offsets.linearizable import Write
from nilometer.requirements.offsets.linearizable import judge as judge_read
from nilometer_reference.wire import messages as m
from tests.conformance.requirements.judging import assert_holds, judge, violated_by
from tests.conformance.requiring import make_run

TOPIC = SimpleNamespace(name="t")


def exchange(began: int, ended: int):
    return SimpleNamespace(sent_at_ns=began, answered_at_ns=ended, number=began, step=lambda _: None)


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 20)), min_size=1, max_size=10), st.data())
def test_reads_of_a_register_that_changes_at_one_moment_are_never_found(steps, data):
    """Writes one after the other, each taking effect inside its call; a read sees the value of a moment within it."""
    writes, now, moments = [], 0, []
    for index, (length, pause) in enumerate(steps):
        began, ended = now, now + length
        moments.append((data.draw(st.integers(began, ended)), index))
        writes.append(Write(index, exchange(began, ended)))
        now = ended + pause
    began = data.draw(st.integers(0, now))
    ended = data.draw(st.integers(began, now + 1))
    at = data.draw(st.integers(began, ended))
    value = max((index for moment, index in moments if moment <= at), default=-1)
    run = make_run(signatures={"stale-read": "x", "read-from-the-future": "x", "unknown-value": "x"})
    judge_read(run, TOPIC, Committed(exchange(began, ended), value), writes)
    assert run.result.violations == 0


@given(st.integers(2, 8), st.data())
def test_a_value_that_was_replaced_before_the_read_began_is_found(count, data):
    writes = [Write(index, exchange(10 * index, 10 * index + 5)) for index in range(count)]
    old = data.draw(st.integers(-1, count - 2))
    run = make_run(signatures={"stale-read": "x", "read-from-the-future": "x", "unknown-value": "x"})
    judge_read(run, TOPIC, Committed(exchange(10 * count, 10 * count + 1), old), writes)
    assert [one.signature for one in run.result.counterexamples] == ["stale-read"]


def test_an_honest_broker_holds(honest):
    assert_holds(judge("O1", honest))


def test_a_read_of_the_commit_before_is_found(honest):
    committed: dict[str, list[int]] = {}

    def note(passing):
        if isinstance(passing.request, m.OffsetCommitRequest):
            offset = passing.request.topics[0].partitions[0].committed_offset
            committed.setdefault(passing.request.group_id, []).append(offset)

    def lag(passing):
        if isinstance(passing.response, m.OffsetFetchResponse):
            for group in passing.response.groups:
                known = committed.get(group.group_id, [])
                for part in (part for topic in group.topics for part in topic.partitions):
                    part.committed_offset = known[-2] if len(known) > 1 else part.committed_offset

    violated_by(honest, "O1", "stale-read", on_request=note, on_response=lag)


def test_a_value_that_nobody_committed_is_found(honest):
    def invent(passing):
        if isinstance(passing.response, m.OffsetFetchResponse):
            for group in passing.response.groups:
                for topic in group.topics:
                    for part in topic.partitions:
                        part.committed_offset = 987654

    violated_by(honest, "O1", "unknown-value", on_response=invent)
