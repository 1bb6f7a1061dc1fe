from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.session_fold import SIGNATURES, PartitionAnswer, SessionFold, equivalence


def answer(end, position, start=0):
    return PartitionAnswer(end, end, start, tuple(range(position, end)))


def judge(fold, response, full):
    strangers = fold.strangers(response)
    return equivalence(fold.fold(response), full, strangers)


@st.composite
def sessions(draw):
    """A correct broker's session: it leaves out what did not change."""
    partitions = draw(st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True))
    ends = dict.fromkeys(range(5), 0)
    told: dict[int, PartitionAnswer] = {}
    rounds = []
    for _ in range(draw(st.integers(1, 6))):
        for partition in draw(st.lists(st.sampled_from(partitions), max_size=3)):
            ends[partition] += 1
        positions = {one: draw(st.integers(0, ends[one])) for one in partitions}
        full = {one: answer(ends[one], positions[one]) for one in partitions}
        response = {
            one: truth for one, truth in full.items()
            if truth.records or one not in told or replace(told[one], records=()) != truth
        }  # fmt: skip
        told.update(response)
        rounds.append((response, full))
    return partitions, rounds


@given(sessions())
def test_a_correct_session_gives_no_finding(session):
    partitions, rounds = session
    fold = SessionFold()
    for partition in partitions:
        fold.add(partition)
    for response, full in rounds:
        judgement = judge(fold, response, full)
        assert not judgement.findings
        assert judgement.judged == len(partitions)


@given(sessions(), st.data())
def test_one_partition_that_is_left_out_although_it_changed_is_always_found(session, data):
    partitions, rounds = session
    fold = SessionFold()
    for partition in partitions:
        fold.add(partition)
    broken = data.draw(st.sampled_from([n for n, (response, _) in enumerate(rounds) if response]))
    for number, (response, full) in enumerate(rounds[: broken + 1]):
        told = dict(response)
        if number == broken:
            del told[data.draw(st.sampled_from(sorted(told)))]
        findings = judge(fold, told, full).findings
        assert bool(findings) == (number == broken)


@pytest.mark.parametrize(
    ("shown", "signature"),
    [
        (PartitionAnswer(3, 3, 0, (0, 1)), "records-withheld"),
        (PartitionAnswer(3, 3, 0, (0, 1, 9)), "records-differ"),
        (PartitionAnswer(3, 3, 0, (0, 1, 2, 3)), "records-differ"),
        (PartitionAnswer(2, 3, 0, (0, 1, 2)), "field-not-updated"),
        (PartitionAnswer(3, 2, 0, (0, 1, 2)), "field-not-updated"),
        (PartitionAnswer(3, 3, 1, (0, 1, 2)), "field-not-updated"),
        (PartitionAnswer(3, 3, 0, (0, 1, 2), 1), "error-not-told"),
    ],
)
def test_each_way_to_differ(shown, signature):
    fold = SessionFold()
    fold.add("p")
    judgement = judge(fold, {"p": shown}, {"p": PartitionAnswer(3, 3, 0, (0, 1, 2))})
    assert [finding.signature for finding in judgement.findings] == [signature]
    assert signature in SIGNATURES


def test_a_partition_that_was_forgotten_must_not_return():
    fold = SessionFold()
    fold.add("p")
    fold.fold({"p": answer(0, 0)})
    fold.forget("p")
    assert [one.signature for one in judge(fold, {"p": answer(1, 0)}, {}).findings] == ["forgotten-partition-returned"]


def test_a_partition_that_returns_is_new():
    fold = SessionFold()
    fold.add("p")
    fold.fold({"p": answer(1, 1)})
    fold.forget("p")
    fold.add("p")
    assert [one.signature for one in judge(fold, {}, {"p": answer(1, 1)}).findings] == ["records-withheld"]
