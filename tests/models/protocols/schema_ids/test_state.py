"""The fold of the topic, and its compaction."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nilometer_models.protocols.schema_ids.state import (
    HOLE,
    NOTHING,
    Config,
    Entry,
    Record,
    Registry,
    Rules,
    caught_up,
    compacted,
    empty,
    fold,
    id_for,
    initial,
)

TWO = Config(subjects=2)
MARK = st.builds(Record, st.just(0), st.just("mark"), st.just(0), st.integers(1, 3))
SCHEMA = st.builds(Record, st.integers(1, 2), st.sampled_from(["schema", "soft"]), st.integers(1, 3), st.integers(1, 3))
GONE = st.builds(Record, st.integers(1, 2), st.just("gone"), st.just(0), st.just(0))
TOPIC = st.lists(MARK | SCHEMA | GONE, max_size=8).map(tuple)
START = (NOTHING, NOTHING)


@given(TOPIC)
def test_compaction_changes_nothing_that_is_folded(topic: tuple[Record, ...]) -> None:
    kept = compacted(topic)
    assert len(kept) == len(topic)
    assert fold(START, kept) == fold(START, topic)
    assert compacted(kept) == kept
    assert all(record.kind != "gone" for record in kept)
    keys = [record.subject for record in kept if record != HOLE]
    assert len(keys) == len(set(keys))


@given(TOPIC, st.data())
def test_reading_in_parts_is_reading_at_once(topic: tuple[Record, ...], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(topic)))
    state = next(initial(TWO))
    early = caught_up(TWO, state._replace(topic=topic[:cut]), empty(TWO))
    whole = state._replace(topic=topic)
    assert caught_up(TWO, whole, early) == caught_up(TWO, whole, empty(TWO))


def test_known_content_keeps_its_id_and_other_content_gets_the_next() -> None:
    registry = Registry(4, (NOTHING, Entry("soft", 2, 1)), 3)
    assert [id_for(TWO, registry, content) for content in (1, 2)] == [4, 1]
    assert id_for(Config(rules=Rules(content_keeps_id=False)), registry, 2) == 4
    assert id_for(Config(rules=Rules(counter="present")), registry, 1) == 2
