from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.record_origins import ReadRecord, SentRecord, origins

HERE, THERE = ("t", 0), ("t", 1)


def signatures(sent, read):
    return [finding.signature for finding in origins(sent, read).findings]


def test_each_row_of_the_table():
    sent = [
        SentRecord(HERE, b"ok"),
        SentRecord(THERE, b"other"),
        SentRecord(HERE, b"no", refused="INVALID_RECORD (87)"),
    ]
    assert signatures(sent, [ReadRecord(HERE, 0, b"ok")]) == []
    assert signatures(sent, [ReadRecord(HERE, 0, b"new")]) == ["record-nobody-sent"]
    assert signatures(sent, [ReadRecord(HERE, 0, b"other")]) == ["record-of-another-partition"]
    assert signatures(sent, [ReadRecord(HERE, 0, b"no")]) == ["record-of-a-refused-batch"]


def test_a_value_that_was_sent_again_after_a_refusal_may_be_there():
    sent = [SentRecord(HERE, b"a", refused="INVALID_RECORD (87)"), SentRecord(HERE, b"a")]
    assert signatures(sent, [ReadRecord(HERE, 0, b"a")]) == []


sends = st.lists(st.tuples(st.sampled_from([HERE, THERE]), st.booleans()), min_size=1, max_size=20)


@given(sends, st.data())
def test_reads_of_what_was_sent_give_no_finding_and_one_stranger_always_does(places, data):
    sent = [SentRecord(place, b"%d" % n, "refused" if bad else "") for n, (place, bad) in enumerate(places)]
    read = [ReadRecord(one.place, n, one.value) for n, one in enumerate(sent) if not one.refused]
    assert origins(sent, read).judged == len(read)
    assert signatures(sent, read) == []
    stranger = data.draw(
        st.sampled_from(
            [ReadRecord(HERE, 99, b"x")]
            + [ReadRecord(THERE if one.place == HERE else HERE, 99, one.value) for one in sent]
            + [ReadRecord(one.place, 99, one.value) for one in sent if one.refused]
        )
    )
    assert len(signatures(sent, [*read, stranger])) == 1
