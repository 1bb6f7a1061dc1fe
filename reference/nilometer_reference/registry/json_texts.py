"""JSON Schema as text: drafts, identifiers, and what a reference means.

A document without `$schema`, or with one that is not known here, is draft-07. `$id` (draft-04: `id`) moves the base of
the references below it; `$anchor`, and up to draft-07 an identifier that is a fragment, name a place. A document of the
references is known by its name, and by its own identifier. A pointer takes `definitions` for `$defs` and the reverse.
Sources: draft-07 and 2020-12, Core; RFC 6901; RFC 3986.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, NamedTuple, NoReturn
from urllib.parse import unquote, urldefrag, urljoin

from nilometer_reference.registry.errors import RegistryError, invalid_schema

DRAFTS: Final = {
    "json-schema.org/draft-04/schema": 4,
    "json-schema.org/draft-06/schema": 6,
    "json-schema.org/draft-07/schema": 7,
    "json-schema.org/draft/2019-09/schema": 2019,
    "json-schema.org/draft/2020-12/schema": 2020,
}
DRAFT_7: Final = 7
NESTING_MAX: Final = 400
_VALUES: Final = frozenset({"enum", "const", "default", "examples"})
_BY_NAME: Final = frozenset(
    {"properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"}
)
_TWINS: Final = {"definitions": "$defs", "$defs": "definitions"}


class Place(NamedTuple):
    """Where a schema object stands."""

    base: str
    """What its references are relative to."""
    draft: int
    at: str
    """JSON pointer in its document."""


def refuse(at: str, why: str) -> RegistryError:
    """To be raised: 42201."""
    return invalid_schema(f"JSON: {at or '/'}: {why}")


def load(text: str) -> Any:
    """JSON with exact numbers. Raises 42201."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise invalid_schema(f"JSON: {error}") from error


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def draft_of(document: Any) -> int:
    """Draft-07 where `$schema` names none that is known, as Confluent's registry has it. Raises 42201 for no text."""
    said = document.get("$schema") if isinstance(document, dict) else None
    if said is None:
        return DRAFT_7
    if not isinstance(said, str):
        raise refuse("/$schema", f"{said!r:.80} is no text")
    scheme, _, address = said.partition("://")
    known = (draft for start, draft in DRAFTS.items() if scheme in ("http", "https") and address.startswith(start))
    return next(known, DRAFT_7)


class Texts:
    """Some documents, and every place in them that may hold a schema."""

    def __init__(self) -> None:
        self._documents: list[Any] = []
        self._resources: dict[str, Any] = {}
        self._anchors: dict[tuple[str, str], Any] = {}
        self._places: dict[int, Place] = {}
        """By the identity of the object: `_documents` keeps all of them."""

    def add(self, text: str, name: str) -> Any:
        """A document under a name. Raises 42201."""
        document = load(text)
        self._documents.append(document)
        self._resources.setdefault(name, document)
        self._note(document, name, draft_of(document))
        return document

    def place(self, value: dict[str, Any]) -> Place | None:
        """None for what is a value, and no schema."""
        return self._places.get(id(value))

    def _note(self, document: Any, base: str, draft: int) -> None:
        waiting = [(document, base, "", False, 0)]
        while waiting:
            value, base, at, by_name, depth = waiting.pop()
            if depth > NESTING_MAX:
                raise invalid_schema(f"JSON: nested more than {NESTING_MAX} deep")
            if isinstance(value, list):
                waiting += [(item, base, f"{at}/{n}", False, depth + 1) for n, item in enumerate(value)]
            elif isinstance(value, dict):
                base = self._identified(value, base, draft, at)
                self._places[id(value)] = Place(base, draft, at)
                for key, item in value.items():
                    if isinstance(item, dict | list) and (by_name or key not in _VALUES):
                        step = key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key
                        waiting.append((item, base, f"{at}/{step}", key in _BY_NAME and not by_name, depth + 1))

    def _identified(self, value: dict[str, Any], base: str, draft: int, at: str) -> str:
        """The base inside of a schema object; its names are noted."""
        said = value.get("id" if draft == 4 else "$id")
        if isinstance(said, str) and not (draft <= DRAFT_7 and "$ref" in value):
            base, fragment = _join(base, said, at)
            if not said.startswith("#"):
                self._resources.setdefault(base, value)
            if fragment and draft <= DRAFT_7:
                self._anchors.setdefault((base, fragment), value)
        for word in ("$anchor", "$dynamicAnchor"):
            anchor = value.get(word)
            if draft > DRAFT_7 and isinstance(anchor, str):
                self._anchors.setdefault((base, anchor), value)
        return base

    def find(self, reference: Any, place: Place) -> Any:
        """What `$ref` means there. Raises 42201."""
        if not isinstance(reference, str):
            raise refuse(place.at, f"{reference!r:.80} is no reference")
        joined, fragment = _join(place.base, reference, place.at)
        # The names of references are what `$ref` says, word for word, also where the base is another one.
        alone = urldefrag(reference).url
        resource = joined if joined in self._resources or not alone else alone
        if resource not in self._resources:
            raise refuse(place.at, f"the reference {reference!r} is not resolved")
        if fragment and not fragment.startswith("/"):
            if (resource, fragment) not in self._anchors:
                raise refuse(place.at, f"the reference {reference!r} names no anchor")
            return self._anchors[resource, fragment]
        value = self._resources[resource]
        for step in unquote(fragment).split("/")[1:]:
            value = _step(value, step.replace("~1", "/").replace("~0", "~"), reference, place)
        return value


def _join(base: str, reference: str, at: str) -> tuple[str, str]:
    try:
        found = urldefrag(urljoin(base, reference))
    except ValueError as error:
        raise refuse(at, f"{reference!r:.80} is no URI: {error}") from error
    return found.url, found.fragment


def _step(value: Any, step: str, reference: str, place: Place) -> Any:
    if isinstance(value, dict):
        key = step if step in value else _TWINS.get(step, step)
        if key in value:
            return value[key]
    elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    raise refuse(place.at, f"the reference {reference!r} leads nowhere: no {step!r}")
