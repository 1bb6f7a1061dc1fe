import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.batch_atomicity import SIGNATURES, Outcome, SentBatch, batch_atomicity

ACK, REFUSED, UNKNOWN = Outcome.ACKNOWLEDGED, Outcome.REFUSED, Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("outcome", "log", "signature"),
    [
        (ACK, {b"a": 5, b"b": 6, b"c": 7}, None),
        (ACK, {}, "acknowledged-batch-missing"),
        (ACK, {b"a": 5, b"c": 7}, "part-of-a-batch"),
        (ACK, {b"a": 5, b"b": 6, b"c": 8}, "gap-in-a-batch"),
        (ACK, {b"a": 5, b"b": 7, b"c": 6}, "gap-in-a-batch"),
        (ACK, {b"a": 6, b"b": 7, b"c": 8}, "batch-elsewhere"),
        (REFUSED, {}, None),
        (REFUSED, {b"a": 0, b"b": 1, b"c": 2}, "refused-batch-stored"),
        (REFUSED, {b"b": 1}, "refused-batch-stored"),
        (UNKNOWN, {}, None),
        (UNKNOWN, {b"a": 0, b"b": 1, b"c": 2}, None),
        (UNKNOWN, {b"a": 0, b"b": 1}, "part-of-a-batch"),
        (UNKNOWN, {b"a": 0, b"b": 1, b"c": 3}, "gap-in-a-batch"),
    ],
)
def test_each_row_of_the_table(outcome, log, signature):
    batch = SentBatch([b"a", b"b", b"c"], outcome, 5 if outcome is ACK else -1, "INVALID_RECORD (87)")
    judgement = batch_atomicity([batch], log)
    assert [finding.signature for finding in judgement.findings] == ([signature] if signature else [])
    assert judgement.judged == 1
    assert signature is None or signature in SIGNATURES


@st.composite
def logs(draw):
    batches, offsets, end = [], {}, draw(st.integers(0, 5))
    for number, size in enumerate(draw(st.lists(st.integers(1, 4), min_size=1, max_size=10))):
        values = [b"%d.%d" % (number, index) for index in range(size)]
        outcome = draw(st.sampled_from(Outcome))
        stored = outcome is ACK or (outcome is UNKNOWN and draw(st.booleans()))
        batches.append(SentBatch(values, outcome, end if outcome is ACK else -1))
        if stored:
            offsets.update(zip(values, range(end, end + size), strict=True))
            end += size + draw(st.integers(0, 2))
    return batches, offsets


@given(logs())
def test_whole_batches_give_no_finding(log):
    batches, offsets = log
    judgement = batch_atomicity(batches, offsets)
    assert not judgement.findings
    assert judgement.judged == len(batches)


@given(logs(), st.data())
def test_one_record_that_is_lost_or_stands_elsewhere_is_always_found(log, data):
    batches, offsets = log
    owners = [one for one in batches if one.values[0] in offsets and (len(one.values) > 1 or one.outcome is ACK)]
    if not owners:
        return
    value = data.draw(st.sampled_from(data.draw(st.sampled_from(owners)).values))
    changed = dict(offsets)
    if data.draw(st.booleans()):
        del changed[value]
    else:
        changed[value] += 1_000
    assert len(batch_atomicity(batches, changed).findings) == 1
