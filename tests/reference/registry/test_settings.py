"""Levels and modes: which one is in scope, and what may be set."""

from __future__ import annotations

import pytest

from nilometer_reference.registry import settings
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.records import Json
from nilometer_reference.registry.settings import Writes
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import Subject

A, IN_CONTEXT, CONTEXT = Subject(".", "a"), Subject(".c", "a"), Subject(".c", "")


def take(state: State, written: tuple[Writes, Json]) -> Json:
    for key, value in written[0]:
        state.apply(key, value)
    return written[1]


def level(state: State, subject: Subject | None, value: str) -> None:
    take(state, settings.put_config(state, subject, {"compatibility": value}))


def test_the_nearest_level_counts() -> None:
    state = State()
    assert settings.level_of(state, IN_CONTEXT) == "BACKWARD"
    for scope, value in ((None, "FULL"), (CONTEXT, "NONE"), (IN_CONTEXT, "FORWARD")):
        level(state, scope, value)
        assert settings.level_of(state, IN_CONTEXT) == value
    assert settings.level_of(state, A) == "FULL"


def test_a_level_is_taken_in_any_case_and_an_unknown_one_refused() -> None:
    state = State()
    assert take(state, settings.put_config(state, A, {"compatibility": "full_transitive"})) == {
        "compatibility": "FULL_TRANSITIVE"
    }
    with pytest.raises(RegistryError) as found:
        settings.put_config(state, A, {"compatibility": "SOME"})
    assert found.value.code == 42203


def test_members_that_are_absent_stay_and_null_clears() -> None:
    state = State()
    level(state, A, "FULL")
    take(state, settings.put_config(state, A, {"normalize": True}))
    assert settings.get_config(state, A, default_to_global=False) == {"compatibilityLevel": "FULL", "normalize": True}
    assert settings.normalizes(state, A)
    take(state, settings.put_config(state, A, {"compatibility": None}))
    assert settings.level_of(state, A) == "BACKWARD"


def test_what_is_not_set_is_told_so_or_taken_from_above() -> None:
    state = State()
    assert settings.get_config(state, None, default_to_global=False) == {"compatibilityLevel": "BACKWARD"}
    assert settings.get_config(state, A, default_to_global=True) == {"compatibilityLevel": "BACKWARD"}
    assert settings.get_mode(state, A, default_to_global=True) == {"mode": "READWRITE"}
    for ask, code in ((settings.get_config, 40408), (settings.get_mode, 40409)):
        with pytest.raises(RegistryError) as found:
            ask(state, A, default_to_global=False)
        assert found.value.code == code
    for delete in (settings.delete_config, settings.delete_mode):
        with pytest.raises(RegistryError) as found:
            delete(state, A)
        assert found.value.code == 40401


def test_what_is_deleted_is_answered() -> None:
    state = State()
    level(state, A, "FULL")
    assert take(state, settings.delete_config(state, A)) == {"compatibility": "FULL"}
    take(state, settings.put_mode(state, A, {"mode": "READONLY"}, force=False))
    assert take(state, settings.delete_mode(state, A)) == {"mode": "READONLY"}
    assert not state.configs
    assert not state.modes


def test_read_only_takes_no_changes() -> None:
    state = State()
    take(state, settings.put_mode(state, None, {"mode": "READONLY"}, force=False))
    with pytest.raises(RegistryError) as found:
        settings.put_config(state, A, {"compatibility": "FULL"})
    assert found.value.code == 42205


def test_import_wants_an_empty_subject_unless_it_is_forced() -> None:
    state = State()
    state.apply(b'{"keytype":"SCHEMA","subject":"a","version":1}', b'{"version":1,"id":1,"schema":"x"}')
    with pytest.raises(RegistryError) as found:
        settings.put_mode(state, A, {"mode": "IMPORT"}, force=False)
    assert found.value.code == 42205
    assert settings.put_mode(state, A, {"mode": "IMPORT"}, force=True)[1] == {"mode": "IMPORT"}
    with pytest.raises(RegistryError) as found:
        settings.put_mode(state, A, {"mode": "OTHER"}, force=True)
    assert found.value.code == 42204


@pytest.mark.parametrize("members", [{"normalize": "x"}, {"normalize": 1}, {"alias": 7}, {"compatibilityGroup": []}])
def test_a_member_of_the_wrong_type_is_a_400(members: dict[str, object]) -> None:
    with pytest.raises(RegistryError) as refused:
        settings.put_config(State(), None, members)
    assert refused.value.code == 400
    assert settings.put_config(State(), None, dict.fromkeys(members))[1] == {}
