"""Paths and methods of the REST interface, and what each asks of the registry.

Paths are split before they are decoded: a subject may hold a slash, which arrives as `%2F`. `/contexts/.c/…` in front
puts the context on subjects that have none. Unknown query names and body members are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from nilometer_reference.registry import answers, deletion, registration, settings
from nilometer_reference.registry.checking import check
from nilometer_reference.registry.content import TYPES
from nilometer_reference.registry.errors import RegistryError, invalid_schema, version_not_found
from nilometer_reference.registry.records import Json, StoredSchema
from nilometer_reference.registry.service import Registry
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import DEFAULT_CONTEXT, WILDCARD, Subject, context_name, parse_subject

NOT_FOUND: Final = 404
NOT_ALLOWED: Final = 405


class Request:
    """A request, taken apart."""

    def __init__(self, method: str, target: str, body: bytes) -> None:
        path, _, query = target.partition("?")
        self.method = method
        self.parts = [unquote(part) for part in path.split("/") if part]
        self._query = parse_qs(query, keep_blank_values=True)
        self._body = body
        self.context = DEFAULT_CONTEXT
        if self.parts[:1] == ["contexts"] and len(self.parts) > 2:
            self.context = context_name(self.parts[1])
            del self.parts[:2]

    def flag(self, name: str) -> bool:
        return self.text(name).lower() == "true"

    def text(self, name: str, default: str = "") -> str:
        return self._query.get(name, [default])[-1]

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError:
            raise RegistryError(422, f"{name} is no number: {self.text(name)!r}") from None

    def json(self) -> Json:
        """The body, an object. Raises 42201 as the clients expect it of what cannot be read."""
        try:
            found = json.loads(self._body or b"{}")
        except (ValueError, RecursionError) as error:
            raise RegistryError(400, f"the body is no JSON: {error}") from error
        if not isinstance(found, dict):
            raise RegistryError(400, "the body is no object")
        return found

    def subject(self, text: str) -> Subject:
        return parse_subject(text, self.context)

    def page(self, items: Any) -> Any:
        return answers.page(items, self.number("offset", 0), self.number("limit", -1))


Handler = Callable[[Registry, Request], Any]


def answer(registry: Registry, method: str, target: str, body: bytes) -> tuple[int, Any]:
    """Status and JSON of the answer."""
    try:
        request = Request(method, target, body)
        return 200, _route(request)(registry, request)
    except RegistryError as error:
        return error.status, {"error_code": error.code, "message": error.message}
    except RecursionError:
        refused = invalid_schema("nested too deep")
        return refused.status, {"error_code": refused.code, "message": refused.message}


def _route(request: Request) -> Handler:
    parts = request.parts
    if not parts:
        return lambda _registry, _request: {}
    methods = _ROUTES.get((parts[0], len(parts), *_fixed(parts)))
    if methods is None:
        raise RegistryError(NOT_FOUND, "HTTP 404 Not Found")
    if request.method not in methods:
        raise RegistryError(NOT_ALLOWED, f"HTTP 405 Method Not Allowed: {request.method}")
    return methods[request.method]


def _fixed(parts: list[str]) -> tuple[str, ...]:
    """The segments of a path that are words of the interface."""
    return tuple(part for place, part in enumerate(parts[1:], 1) if (parts[0], place) in _WORDS and part in _FIXED)


_FIXED: Final = frozenset(
    {
        "ids",
        "guids",
        "types",
        "schema",
        "subjects",
        "versions",
        "referencedby",
        "resources",
        "metadata",
        "id",
        "version",
    }
)
_WORDS: Final = {
    ("schemas", 1), ("schemas", 3), ("subjects", 2), ("subjects", 4), ("compatibility", 1), ("compatibility", 3),
    ("associations", 1), ("v1", 1), ("v1", 2),
}  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ schemas


def _schema_by_id(registry: Registry, request: Request) -> Any:
    name = request.text("subject")
    subject = request.subject(name) if name else None
    found = registry.read(lambda state: answers.by_id(state, _id(request.parts[2]), subject))
    made = answers.schema_json(found)
    if subject is not None:
        made = {"subject": str(found.subject), "version": found.version, "id": found.id, **made}
    return {**made, "guid": registration.guid_of(found)}


def _id(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RegistryError(NOT_FOUND, f"{text!r} is no id") from None


def _text_by_id(registry: Registry, request: Request) -> Any:
    return _bare(registry.read(lambda state: answers.by_id(state, _id(request.parts[2]), None)).text)


def _bare(text: str) -> Any:
    """JSON as it is, and anything else as a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _holders(registry: Registry, request: Request) -> list[StoredSchema]:
    def ask(state: State) -> list[StoredSchema]:
        found = answers.by_id(state, _id(request.parts[2]), None)
        holders = state.holders(found.subject.context, found.id)
        return [one for one in holders if request.flag("deleted") or not one.deleted]

    return registry.read(ask)


def _subjects_of_id(registry: Registry, request: Request) -> Any:
    return request.page(sorted({str(one.subject) for one in _holders(registry, request)}))


def _versions_of_id(registry: Registry, request: Request) -> Any:
    found = [{"subject": str(one.subject), "version": one.version} for one in _holders(registry, request)]
    return request.page(sorted(found, key=lambda one: (one["subject"], one["version"])))


def _schema_by_guid(registry: Registry, request: Request) -> Any:
    found = registry.read(lambda state: answers.by_guid(state, request.parts[2]))
    return {**answers.schema_json(found), "guid": registration.guid_of(found)}


# ----------------------------------------------------------------------------------------------------------- subjects


def _subjects(registry: Registry, request: Request) -> Any:
    deleted = request.flag("deleted") or request.flag("deletedOnly")
    prefix = request.text("subjectPrefix", WILDCARD)
    found = registry.read(lambda state: state.subjects(deleted=deleted))
    if request.flag("deletedOnly"):
        live = set(registry.read(lambda state: state.subjects()))
        found = [one for one in found if one not in live]
    names = [str(one) for one in found if prefix.startswith(WILDCARD) or str(one).startswith(prefix)]
    return request.page(names)


def _versions(registry: Registry, request: Request) -> Any:
    subject, deleted = request.subject(request.parts[1]), request.flag("deleted") or request.flag("deletedOnly")

    def ask(state: State) -> list[int]:
        answers.version_of(state, subject, answers.LATEST, deleted=deleted)
        found = state.live(subject, deleted=deleted)
        return [one.version for one in found if one.deleted or not request.flag("deletedOnly")]

    return request.page(registry.read(ask))


def _register(registry: Registry, request: Request) -> Any:
    subject, body = request.subject(request.parts[1]), request.json()
    normalize, force = request.flag("normalize"), request.flag("force")
    made = registry.write(lambda s: registration.register(s, subject, body, normalize=normalize, force=force))
    return answers.version_json(made)


def _look_up(registry: Registry, request: Request) -> Any:
    subject, body = request.subject(request.parts[1]), request.json()
    normalize, deleted = request.flag("normalize"), request.flag("deleted")
    found = registry.read(
        lambda state: registration.look_up(state, subject, body, normalize=normalize, deleted=deleted)
    )
    return answers.version_json(found)


def _version(registry: Registry, request: Request) -> StoredSchema:
    subject, number = request.subject(request.parts[1]), registration.version_number(request.parts[3])
    return registry.read(lambda s: answers.version_of(s, subject, number, deleted=request.flag("deleted")))


def _get_version(registry: Registry, request: Request) -> Any:
    return answers.version_json(_version(registry, request))


def _get_text(registry: Registry, request: Request) -> Any:
    return _bare(_version(registry, request).text)


def _referenced_by(registry: Registry, request: Request) -> Any:
    target = _version(registry, request)
    return registry.read(lambda state: sorted({one.id for one in state.referrers(target, deleted=False)}))


def _delete_version(registry: Registry, request: Request) -> Any:
    subject, number = request.subject(request.parts[1]), registration.version_number(request.parts[3])
    permanent = request.flag("permanent")
    return registry.write(lambda state: deletion.delete_version(state, subject, number, permanent=permanent))


def _delete_subject(registry: Registry, request: Request) -> Any:
    subject, permanent = request.subject(request.parts[1]), request.flag("permanent")
    return registry.write(lambda state: deletion.delete_subject(state, subject, permanent=permanent))


# ------------------------------------------------------------------------------------------------------ compatibility


def _compatibility(registry: Registry, request: Request) -> Any:
    subject, body = request.subject(request.parts[2]), request.json()
    number = registration.version_number(request.parts[4]) if len(request.parts) > 4 else None
    normalize = request.flag("normalize")

    def ask(state: State) -> list[str]:
        level = settings.level_of(state, subject)
        if number is None or number == answers.LATEST:
            history = registration.history(state, subject, level if number is None else settings.BACKWARD)
        else:
            found = state.versions.get(subject, {}).get(number)
            if found is None or found.deleted:
                raise version_not_found(number)
            history = [found]
        candidate = registration.read(state, subject, body, normalize=normalize)
        return check(level, candidate, history, lambda one: registration.texts(state, one))

    try:
        wrong = registry.read(ask)
    except RegistryError as error:
        if error.code != invalid_schema("").code or not request.flag("verbose"):
            raise
        wrong = [error.message]
    return {"is_compatible": not wrong, **({"messages": wrong} if request.flag("verbose") else {})}


# ----------------------------------------------------------------------------------------------------------- settings


def _scope(request: Request) -> Subject | None:
    return request.subject(request.parts[1]) if len(request.parts) > 1 else None


def _get_config(registry: Registry, request: Request) -> Any:
    scope, falls_back = _scope(request), request.flag("defaultToGlobal")
    return registry.read(lambda state: settings.get_config(state, scope, default_to_global=falls_back))


def _put_config(registry: Registry, request: Request) -> Any:
    scope, body = _scope(request), request.json()
    return registry.write(lambda state: settings.put_config(state, scope, body))


def _delete_config(registry: Registry, request: Request) -> Any:
    scope = _scope(request)
    return registry.write(lambda state: settings.delete_config(state, scope))


def _get_mode(registry: Registry, request: Request) -> Any:
    scope, falls_back = _scope(request), request.flag("defaultToGlobal")
    return registry.read(lambda state: settings.get_mode(state, scope, default_to_global=falls_back))


def _put_mode(registry: Registry, request: Request) -> Any:
    scope, body, force = _scope(request), request.json(), request.flag("force")
    return registry.write(lambda state: settings.put_mode(state, scope, body, force=force))


def _delete_mode(registry: Registry, request: Request) -> Any:
    scope = request.subject(request.parts[1])
    return registry.write(lambda state: settings.delete_mode(state, scope))


# ------------------------------------------------------------------------------------------------------------- others


def _contexts(registry: Registry, request: Request) -> Any:
    return request.page(registry.read(lambda state: [DEFAULT_CONTEXT, *sorted(state.contexts)]))


def _constant(value: Any) -> Handler:
    return lambda _registry, _request: value


_ROUTES: Final[Mapping[tuple[Any, ...], Mapping[str, Handler]]] = {
    ("schemas", 2, "types"): {"GET": _constant(list(TYPES))},
    ("schemas", 3, "ids"): {"GET": _schema_by_id},
    ("schemas", 4, "ids", "schema"): {"GET": _text_by_id},
    ("schemas", 4, "ids", "subjects"): {"GET": _subjects_of_id},
    ("schemas", 4, "ids", "versions"): {"GET": _versions_of_id},
    ("schemas", 3, "guids"): {"GET": _schema_by_guid},
    ("subjects", 1): {"GET": _subjects},
    ("subjects", 2): {"POST": _look_up, "DELETE": _delete_subject},
    ("subjects", 3, "versions"): {"GET": _versions, "POST": _register},
    ("subjects", 4, "versions"): {"GET": _get_version, "DELETE": _delete_version},
    ("subjects", 5, "versions", "schema"): {"GET": _get_text},
    ("subjects", 5, "versions", "referencedby"): {"GET": _referenced_by},
    ("compatibility", 4, "subjects", "versions"): {"POST": _compatibility},
    ("compatibility", 5, "subjects", "versions"): {"POST": _compatibility},
    ("config", 1): {"GET": _get_config, "PUT": _put_config, "DELETE": _delete_config},
    ("config", 2): {"GET": _get_config, "PUT": _put_config, "DELETE": _delete_config},
    ("mode", 1): {"GET": _get_mode, "PUT": _put_mode},
    ("mode", 2): {"GET": _get_mode, "PUT": _put_mode, "DELETE": _delete_mode},
    ("contexts", 1): {"GET": _contexts},
    ("associations", 4, "resources"): {"GET": _constant([])},
    ("v1", 3, "metadata", "id"): {"GET": _constant({"scope": {"path": [], "clusters": {}}})},
    ("v1", 3, "metadata", "version"): {"GET": _constant({"version": "nilometer"})},
}
"""(first segment, how many, words of the interface among the others) -> method -> handler."""
