"""Softly first, then permanently; never what is referred to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nilometer_reference.registry import deletion
from nilometer_reference.registry.answers import by_id
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.state import State
from tests.reference.registry.running import record
from tests.reference.registry.test_registration import A, B, put


def take(state: State, written: tuple[Any, Any]) -> Any:
    for key, value in written[0]:
        state.apply(key, value)
    return written[1]


def code(action: Callable[[], object]) -> int:
    with pytest.raises(RegistryError) as found:
        action()
    return found.value.code


@pytest.fixture
def state() -> State:
    made = State()
    put(made, A, '"int"')
    put(made, A, '"long"')
    return made


def test_a_version_goes_in_two_steps_and_its_id_stays_readable(state: State) -> None:
    assert code(lambda: deletion.delete_version(state, A, 1, permanent=True)) == 40407
    assert take(state, deletion.delete_version(state, A, 1, permanent=False)) == 1
    assert code(lambda: deletion.delete_version(state, A, 1, permanent=False)) == 40406
    assert by_id(state, 1, None).text == '"int"'
    assert take(state, deletion.delete_version(state, A, 1, permanent=True)) == 1
    assert code(lambda: by_id(state, 1, None)) == 40403
    assert code(lambda: deletion.delete_version(state, A, 1, permanent=False)) == 40402


def test_a_subject_goes_in_two_steps_and_takes_its_settings_along(state: State) -> None:
    state.configs[A] = {"compatibilityLevel": "NONE"}
    assert code(lambda: deletion.delete_subject(state, A, permanent=True)) == 40405
    assert take(state, deletion.delete_subject(state, A, permanent=False)) == [1, 2]
    assert code(lambda: deletion.delete_subject(state, A, permanent=False)) == 40404
    assert take(state, deletion.delete_subject(state, A, permanent=True)) == [1, 2]
    assert code(lambda: deletion.delete_subject(state, A, permanent=False)) == 40401
    assert not state.configs


def test_a_number_comes_again_and_an_id_does_not(state: State) -> None:
    take(state, deletion.delete_subject(state, A, permanent=False))
    assert put(state, A, '"string"').version == 3
    take(state, deletion.delete_subject(state, A, permanent=False))
    take(state, deletion.delete_subject(state, A, permanent=True))
    again = put(state, A, '"bytes"')
    assert (again.version, again.id) == (1, 4)


def test_what_is_referred_to_stays() -> None:
    state = State()
    put(state, A, record("n.Inner", "x"))
    put(state, B, '{"type":"array","items":"n.Inner"}', references=[{"name": "n.Inner", "subject": "a", "version": 1}])
    assert code(lambda: deletion.delete_subject(state, A, permanent=False)) == 42206
    take(state, deletion.delete_subject(state, B, permanent=False))
    assert take(state, deletion.delete_subject(state, A, permanent=False)) == [1]
    assert code(lambda: deletion.delete_subject(state, A, permanent=True)) == 42206  # softly deleted, it still refers
    take(state, deletion.delete_subject(state, B, permanent=True))
    assert take(state, deletion.delete_subject(state, A, permanent=True)) == [1]
