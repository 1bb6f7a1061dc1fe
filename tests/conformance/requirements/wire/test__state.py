"""Pictures of what a run made."""

from nilometer.clients.batches import data_batch
from nilometer.requirements.wire._state import Picture, look
from nilometer.run import Run
from nilometer.settings import Settings
from tests.conformance.requirements.judging import subject
from tests.conformance.requiring import make_requirement


def test_a_difference_says_what_was_and_what_is():
    before, after = Picture({"a": 1, "b": 2, "c": 3}), Picture({"a": 1, "b": 5, "d": 4})
    assert before.difference(after) == ["b: 2 -> 5", "c: 3 -> None", "d: None -> 4"]
    assert before.difference(before) == []


def test_a_picture_shows_partitions_ends_settings_and_changes_with_a_record(honest):
    run = Run(make_requirement(), subject(honest), Settings(), float("inf"))
    topic = run.topic(partitions=2)
    before = look(run, [topic], [], [])
    assert before.seen[f"topic {topic.name}"] == "2 partitions"
    assert before.seen[f"{topic.name}-1"] == "log start 0, log end 0"
    assert before.evidence
    run.session.produce(topic, data_batch("a", 2), partition=1)
    assert before.difference(look(run, [topic], [], [])) == [
        f"{topic.name}-1: log start 0, log end 0 -> log start 0, log end 2"
    ]
    run.close()
