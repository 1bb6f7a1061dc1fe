from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.broker.journal import JournalRecord
from nilometer_reference.broker.topic_records import Entry, Recorded, TopicRecord, broker_entry, read, topic_entry

NAMES = st.sampled_from(["a", "b", "c/d", ""])
CONFIGS = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)
TOPICS = st.builds(TopicRecord, st.binary(min_size=16, max_size=16), st.integers(1, 99), CONFIGS, st.booleans())


def records(entries: list[Entry]) -> list[JournalRecord]:
    return [JournalRecord(offset, 0, key, value) for offset, (key, value) in enumerate(entries)]


@given(st.lists(st.tuples(st.booleans(), NAMES, st.one_of(st.none(), TOPICS), CONFIGS)))
def test_the_last_record_of_a_subject_counts(
    history: list[tuple[bool, str, TopicRecord | None, dict[str, str]]],
) -> None:
    entries: list[Entry] = []
    topics: dict[str, TopicRecord] = {}
    brokers: dict[str, dict[str, str]] = {}
    for is_topic, name, topic, configs in history:
        if not is_topic:
            entries.append(broker_entry(name, configs))
            brokers[name] = configs
        elif topic is None:
            entries.append(topic_entry(name, None))
            topics.pop(name, None)
        else:
            entries.append(topic_entry(name, topic))
            topics[name] = topic
    assert read(records(entries)) == Recorded(topics, brokers)


def test_what_is_gone_is_a_tombstone() -> None:
    assert topic_entry("a", None) == (b"topic/a", None)
    assert broker_entry("1", {}) == (b"broker/1", None)


def test_records_of_others_are_passed_over() -> None:
    others: list[Entry] = [(b"starts", b"\0"), (b"producer/ids", b"not JSON"), (b"topics", None)]
    assert read(records(others)) == Recorded()


def test_what_older_versions_wrote_is_still_read() -> None:
    value = b'{"configs": {"retention.ms": "5"}, "deleting": false, "id": "AAECAwQFBgcICQoLDA0ODw", "partitions": 3}'
    found = read(records([(b"topic/a", value)]))
    assert found.topics == {"a": TopicRecord(bytes(range(16)), 3, {"retention.ms": "5"})}
