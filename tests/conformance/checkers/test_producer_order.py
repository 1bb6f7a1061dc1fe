from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.producer_order import SentInOrder, producer_order


def test_sessions_do_not_bind_each_other():
    batches = [SentInOrder("a", 0, 5), SentInOrder("b", 1, 1), SentInOrder("a", 2, 6)]
    judgement = producer_order(batches)
    assert (judgement.judged, judgement.findings) == (1, [])


def test_a_later_one_at_a_lower_or_the_same_offset_is_found():
    for offset in (4, 5):
        (finding,) = producer_order([SentInOrder("a", 0, 5), SentInOrder("a", 1, offset)]).findings
        assert finding.seen == f"number 1 at offset {offset}"


sessions = st.lists(st.sampled_from("abc"), min_size=2, max_size=30)


@given(sessions, st.randoms())
def test_a_log_in_the_order_of_sending_gives_no_finding(owners, chance):
    batches = [SentInOrder(owner, n, n * 2) for n, owner in enumerate(owners)]
    chance.shuffle(batches)
    judgement = producer_order(batches)
    assert not judgement.findings
    assert judgement.judged == len(owners) - len(set(owners))


@given(sessions, st.data())
def test_two_batches_of_a_session_that_change_places_are_always_found(owners, data):
    pairs = [(i, j) for i in range(len(owners)) for j in range(i + 1, len(owners)) if owners[i] == owners[j]]
    if not pairs:
        return
    one, other = data.draw(st.sampled_from(pairs))
    place = {one: other, other: one}
    batches = [SentInOrder(owner, n, place.get(n, n)) for n, owner in enumerate(owners)]
    assert producer_order(batches).findings
