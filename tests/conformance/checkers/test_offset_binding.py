from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.offset_binding import Sighting, binding, unrepeated


def test_two_sightings_of_one_offset_agree_or_contradict():
    assert binding([Sighting(0, "a"), Sighting(0, "a"), Sighting(1, "b")]).judged == 1
    (finding,) = binding([Sighting(0, "a", "acknowledged"), Sighting(0, "b")]).findings
    assert finding.expected == "offset 0 holds a, as acknowledged"
    assert finding.seen == "offset 0 holds b, as fetched"


def test_a_content_at_two_offsets_is_one_finding_however_often_it_is_seen():
    sightings = [Sighting(0, "a"), Sighting(1, "a"), Sighting(1, "a"), Sighting(2, "b"), Sighting(2, "b")]
    judgement = unrepeated(sightings)
    assert [finding.seen for finding in judgement.findings] == ["a also at offset 1"]
    assert judgement.judged == 3


logs = st.integers(2, 20)


@given(logs, st.data())
def test_sightings_of_one_log_give_no_finding(size, data):
    seen = data.draw(st.lists(st.integers(0, size - 1), max_size=50))
    sightings = [Sighting(offset, f"r{offset}") for offset in seen]
    assert not binding(sightings).findings
    assert not unrepeated(sightings).findings
    assert binding(sightings).judged == len(seen) - len(set(seen))


@given(logs, st.data())
def test_one_wrong_copy_of_a_record_seen_before_is_always_found(size, data):
    sightings = [Sighting(offset, f"r{offset}") for offset in range(size)]
    offset = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != offset))
    sightings.insert(data.draw(st.integers(0, size)), Sighting(offset, f"r{other}"))
    assert len(binding(sightings).findings) == 1
    assert len(unrepeated(sightings).findings) == 1
