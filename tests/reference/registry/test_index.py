"""The index gives what a walk through all versions gives, after any sequence of requests."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry import deletion, registration
from nilometer_reference.registry.content import identity
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.records import StoredSchema
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import Subject

SUBJECTS = [Subject(".", "a"), Subject(".", "b"), Subject(".c", "a")]
actions = st.tuples(
    st.sampled_from(["register", "register", "refer", "version", "subject"]), st.sampled_from(SUBJECTS),
    st.integers(1, 4), st.booleans(),
)  # fmt: skip


def body(action: str, number: int) -> dict[str, object]:
    if action == "register":
        return {"schema": json.dumps({"type": "enum", "name": "E", "symbols": [f"S{number}"]})}
    return {"schema": '{"type":"array","items":"E"}', "references": [{"name": "E", "subject": "a", "version": number}]}


def act(state: State, action: str, subject: Subject, number: int, flag: bool) -> None:
    try:
        if action in ("register", "refer"):
            writes = registration.register(state, subject, body(action, number), normalize=False, force=True)[0]
        elif action == "version":
            writes = deletion.delete_version(state, subject, number, permanent=flag)[0]
        else:
            writes = deletion.delete_subject(state, subject, permanent=flag)[0]
    except RegistryError:
        return
    for key, value in writes:
        state.apply(key, value)


@given(st.lists(actions, max_size=25))
def test_it_is_what_a_walk_finds(done: list[tuple[str, Subject, int, bool]]) -> None:
    state = State()
    for one in done:
        act(state, *one)
    every = [stored for versions in state.versions.values() for stored in versions.values()]
    for stored in every:
        content = identity(stored)
        holders = [one for one in every if identity(one) == content]
        assert state.index.same(stored.subject, content) == [one for one in holders if one.subject == stored.subject]
        assert state.index.first(content) in holders
        assert set(map(place, state.index.referrers(stored))) == {
            place(one) for one in every for reference in one.references
            if (one.subject.context, "a", reference.version) == (*stored.subject, stored.version)
        }  # fmt: skip
    assert set(state.index._contents) == {identity(stored) for stored in every}
    assert all(state.index._referrers.values())


def place(stored: StoredSchema) -> tuple[Subject, int]:
    return stored.subject, stored.version


def test_what_is_not_there_is_not_found() -> None:
    state = State()
    assert state.index.first("x") is None
    assert state.index.same(SUBJECTS[0], "x") == []
