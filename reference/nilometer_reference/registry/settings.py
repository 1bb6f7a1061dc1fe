"""Compatibility levels and modes: of a subject, of its context, of the top level, or as the server has them.

scope of a subject    subject ──▶ its context (`:.c:`) ──▶ top level ──▶ BACKWARD, READWRITE
"""

from __future__ import annotations

from typing import Any, Final

from nilometer_reference.registry import records
from nilometer_reference.registry.errors import (
    RegistryError,
    invalid_level,
    invalid_mode,
    no_config,
    no_mode,
    not_permitted,
    subject_not_found,
)
from nilometer_reference.registry.metadata import is_text
from nilometer_reference.registry.records import Json
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import DEFAULT_CONTEXT, Subject

BACKWARD: Final = "BACKWARD"
LEVELS: Final = (
    "NONE", BACKWARD, "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE",
)  # fmt: skip
READWRITE, READONLY, IMPORT = "READWRITE", "READONLY", "IMPORT"
MODES: Final = (READWRITE, READONLY, "READONLY_OVERRIDE", IMPORT)
_MEMBERS: Final[dict[str, type]] = {"normalize": bool, "alias": str, "compatibilityGroup": str}
Writes = list[tuple[bytes, bytes | None]]


def _scopes(subject: Subject) -> list[Subject | None]:
    scopes: list[Subject | None] = [subject]
    if subject.context != DEFAULT_CONTEXT:
        scopes.append(Subject(subject.context, ""))
    return [*scopes, None]


def level_of(state: State, subject: Subject) -> str:
    """The level in scope."""
    for scope in _scopes(subject):
        level: str | None = state.configs.get(scope, {}).get("compatibilityLevel")
        if level is not None:
            return level
    return BACKWARD


def normalizes(state: State, subject: Subject) -> bool:
    """Whether schemas are normalised without being asked."""
    for scope in _scopes(subject):
        chosen = state.configs.get(scope, {}).get("normalize")
        if chosen is not None:
            return bool(chosen)
    return False


def mode_of(state: State, subject: Subject) -> str:
    """The mode in scope."""
    return next((state.modes[scope] for scope in _scopes(subject) if scope in state.modes), READWRITE)


def check_writable(state: State, subject: Subject) -> None:
    """Raises 42205 where nothing may be changed."""
    if mode_of(state, subject).startswith(READONLY):
        raise not_permitted(f"Subject '{subject}' is in read-only mode")


# ------------------------------------------------------------------------------------------------------------ config


def get_config(state: State, subject: Subject | None, *, default_to_global: bool) -> Json:
    """Raises 40408 where nothing is set."""
    if subject is None:
        return {"compatibilityLevel": BACKWARD, **state.configs.get(None, {})}
    if subject in state.configs:
        return {"compatibilityLevel": level_of(state, subject), **state.configs[subject]}
    if default_to_global:
        return {"compatibilityLevel": level_of(state, subject)}
    raise no_config(str(subject))


def put_config(state: State, subject: Subject | None, body: Json) -> tuple[Writes, Json]:
    """Members that are absent stay, null clears. Raises 42203, 42205, and 400 for a member of the wrong type."""
    level = body.get("compatibility")
    if level is not None:
        level = str(level).upper()
        if level not in LEVELS:
            raise invalid_level(body["compatibility"])
    if subject is not None:
        check_writable(state, subject)
    kept = dict(state.configs.get(subject, {}))
    changes = {"compatibilityLevel": level} if "compatibility" in body else {}
    changes |= {name: _member(body, name, kind) for name, kind in _MEMBERS.items() if name in body}
    kept = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    answer = {"compatibility": level} if level is not None else {}
    answer |= {name: value for name, value in changes.items() if name != "compatibilityLevel" and value is not None}
    return [(records.setting_key(records.CONFIG, subject), records.dump(kept))], answer


def _member(body: Json, name: str, kind: type) -> Any:
    found = body[name]
    if found is not None and not (isinstance(found, kind) and is_text(str(found))):
        raise RegistryError(400, f"{name} is no {kind.__name__}: {found!r:.80}")
    return found


def delete_config(state: State, subject: Subject | None) -> tuple[Writes, Json]:
    """Raises 40401 where nothing is set."""
    if subject is None:
        before = get_config(state, None, default_to_global=True)
    elif subject in state.configs:
        before = state.configs[subject]
    else:
        raise subject_not_found(str(subject))
    answer = {"compatibility": before.get("compatibilityLevel", BACKWARD)}
    return [(records.setting_key(records.CONFIG, subject), None)], answer


# -------------------------------------------------------------------------------------------------------------- mode


def get_mode(state: State, subject: Subject | None, *, default_to_global: bool) -> Json:
    """Raises 40409 where nothing is set."""
    if subject is None:
        return {"mode": state.modes.get(None, READWRITE)}
    if subject in state.modes or default_to_global:
        return {"mode": mode_of(state, subject)}
    raise no_mode(str(subject))


def put_mode(state: State, subject: Subject | None, body: Json, *, force: bool) -> tuple[Writes, Json]:
    """IMPORT only where nothing is live, unless it is forced. Raises 42204, 42205."""
    mode = str(body.get("mode")).upper()
    if mode not in MODES:
        raise invalid_mode(body.get("mode"))
    if mode == IMPORT and not force:
        _check_empty(state, subject)
    return [(records.setting_key(records.MODE, subject), records.dump({"mode": mode}))], {"mode": mode}


def _check_empty(state: State, subject: Subject | None) -> None:
    live = [one for one in state.subjects() if subject is None or one == subject or _is_context_of(subject, one)]
    if live:
        raise not_permitted(f"Cannot import since found existing subjects: {', '.join(map(str, live[:5]))}")


def _is_context_of(scope: Subject, one: Subject) -> bool:
    return not scope.name and scope.context == one.context


def delete_mode(state: State, subject: Subject) -> tuple[Writes, Json]:
    """Raises 40401 where nothing is set."""
    if subject not in state.modes:
        raise subject_not_found(str(subject))
    return [(records.setting_key(records.MODE, subject), None)], {"mode": state.modes[subject]}
