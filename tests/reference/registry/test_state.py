"""The fold: the same answers at every prefix and after every legal compaction; foreign records are passed over."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry import deletion, records, registration, settings
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import Subject

Log = list[tuple[bytes, bytes | None]]
SUBJECTS = [Subject(".", "a"), Subject(".", "b"), Subject(".c", "a")]
SCHEMAS = ['"string"', '"bytes"', '"long"', '{"type":"enum","name":"E","symbols":["X"]}']
ACTIONS = st.tuples(
    st.sampled_from(["register", "register", "register", "delete version", "delete", "config", "mode"]),
    st.sampled_from(SUBJECTS), st.integers(0, 3), st.booleans(),
)  # fmt: skip


def fold(log: Sequence[tuple[bytes | None, bytes | None]]) -> State:
    state = State()
    for key, value in log:
        state.apply(key, value)
    return state


def told(state: State) -> object:
    """Everything that an answer can show."""
    return (
        {subject: found for subject, found in state.versions.items() if found},
        {place: dict(holders) for place, holders in state.by_id.items() if holders},
        state.ids, state.largest_ids, state.configs, state.modes, state.contexts,
    )  # fmt: skip


def act(state: State, action: str, subject: Subject, number: int, flag: bool) -> Log:
    """What a request writes; nothing if it is refused."""
    try:
        match action:
            case "register":
                return registration.register(state, subject, {"schema": SCHEMAS[number]}, normalize=flag, force=True)[0]
            case "delete version":
                return deletion.delete_version(state, subject, max(number, 1), permanent=flag)[0]
            case "delete":
                return deletion.delete_subject(state, subject, permanent=flag)[0]
            case "config":
                return settings.put_config(state, subject, {"compatibility": settings.LEVELS[number]})[0]
        return settings.put_mode(state, subject, {"mode": settings.MODES[number % 2]}, force=flag)[0]
    except RegistryError:
        return []


def run(actions: list[tuple[str, Subject, int, bool]]) -> Log:
    """A live run: each request decides on the state that the log gives."""
    state, log = State(), Log()
    for action, subject, number, flag in actions:
        for key, value in act(state, action, subject, number, flag):
            state.apply(key, value)
            log.append((key, value))
    assert told(fold(log)) == told(state)
    return log


@given(st.lists(ACTIONS, max_size=25))
def test_the_fold_of_the_log_is_the_state_of_the_run(actions: list[tuple[str, Subject, int, bool]]) -> None:
    run(actions)


@given(st.lists(ACTIONS, max_size=25), st.data())
def test_a_compacted_log_gives_the_same_answers(
    actions: list[tuple[str, Subject, int, bool]], data: st.DataObject
) -> None:
    log = run(actions)
    cut = data.draw(st.integers(0, len(log)))
    latest = {key: place for place, (key, _) in enumerate(log[:cut])}
    gone = data.draw(st.sets(st.sampled_from(sorted(latest)))) if latest else set()
    head = [
        (key, value)
        for place, (key, value) in enumerate(log[:cut])
        if latest[key] == place and not (value is None and key in gone)
    ]
    assert told(fold(head + log[cut:])) == told(fold(log))


@given(st.lists(ACTIONS, max_size=25))
def test_an_id_never_names_another_content(actions: list[tuple[str, Subject, int, bool]]) -> None:
    log, seen = run(actions), {}
    for key, value in log:
        found = records.load(value)
        if b'"SCHEMA"' in key and found is not None:
            context = ".c" if found["subject"].startswith(":.c:") else "."
            assert seen.setdefault((context, found["id"]), found["schema"]) == found["schema"]


@given(st.binary(max_size=20), st.none() | st.binary(max_size=20))
def test_foreign_records_are_counted_and_change_nothing(key: bytes, value: bytes | None) -> None:
    state = fold([(key, value), (b'{"keytype":"OTHER"}', b"{}"), (None, b"{}"), (b'{"keytype":"SCHEMA"}', b"{}")])
    assert state.skipped == 4
    assert told(state) == told(State())


def test_deleting_a_subject_leaves_what_came_later() -> None:
    subject = SUBJECTS[0]
    log = run([("register", subject, 0, False), ("register", subject, 1, False)])
    state = fold([*log, records.delete_subject_record(subject, 1)])
    assert [one.version for one in state.live(subject)] == [2]
    assert [one.version for one in state.live(subject, deleted=True)] == [1, 2]
