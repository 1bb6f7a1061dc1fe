"""JSON Schema texts as documents: their draft, and what a `$ref` in them means.

what is written                                what it means
no `$schema`                                   draft-07
`$id`, in draft-04 `id`                        the base of all references inside
`#name` of an `$id` up to draft-07, `$anchor`  a name in the resource
`#/a/b`                                        a JSON pointer from the resource; `definitions` and `$defs` are one
the name of a reference of the registry        the text that is registered for it

A reference to anything else is refused: a registry does not fetch. Sources: JSON Schema drafts 04 to 2020-12; RFC 6901.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import unquote, urldefrag, urljoin

from nilometer_reference.registry.errors import RegistryError, invalid_schema

DRAFTS: Final = {"draft-04": 4, "draft-06": 6, "draft-07": 7, "draft/2019-09": 2019, "draft/2020-12": 2020}
DEFAULT_DRAFT: Final = 7
_DATA: Final = ("enum", "const", "default", "examples")
"""Keywords below which no schemas stand."""
_NAMED: Final = ("properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions")
"""Keywords below which names stand, whatever they are called."""
_TWINS: Final = {"definitions": "$defs", "$defs": "definitions"}


def refuse(why: str) -> RegistryError:
    """42201, to be raised."""
    return invalid_schema(f"JSON: {why}")


def load(text: str) -> Any:
    """The JSON of a text; numbers with a fraction as decimals. Raises 42201."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise refuse(str(error)) from error


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def draft_of(document: Any) -> int:
    """4, 6, 7, 2019 or 2020. Raises 42201 for a `$schema` that is none of them."""
    said = document.get("$schema") if isinstance(document, dict) else None
    if said is None:
        return DEFAULT_DRAFT
    name = str(said).partition("json-schema.org/")[2].partition("/schema")[0]
    if name not in DRAFTS:
        raise refuse(f"$schema {said!r:.120} is no draft that is known here")
    return DRAFTS[name]


class Library:
    """Texts that refer to each other."""

    def __init__(self, text: str, references: Mapping[str, str]) -> None:
        self.bases: dict[int, tuple[str, int]] = {}
        """Identity of a JSON object -> base of its references, and its draft."""
        self._known: dict[str, Any] = {}
        """Address -> what stands there."""
        self.root = self._add(text, "")
        for name, other in references.items():
            self._add(other, name)

    def _add(self, text: str, name: str) -> Any:
        document = load(text)
        draft = draft_of(document)
        self._known.setdefault(name, document)
        for value, base, inherited in _objects(document, name, draft):
            self.bases[id(value)] = base, draft
            for address in _addresses(value, inherited, base, draft):
                self._known.setdefault(address, value)
        return document

    def find(self, reference: str, base: str) -> Any:
        """What a reference means. Raises 42201."""
        try:
            absolute, fragment = urldefrag(urljoin(base, reference))
            plain = urldefrag(reference).url
        except ValueError as error:
            raise refuse(f"$ref {reference!r:.120}: {error}") from error
        for address in (absolute, plain) if plain else (absolute,):
            if address in self._known:
                return self._inside(address, unquote(fragment), reference)
        raise refuse(f"$ref {reference!r:.120} refers to nothing that is registered with this schema")

    def _inside(self, address: str, fragment: str, reference: str) -> Any:
        if fragment and not fragment.startswith("/"):
            if f"{address}#{fragment}" not in self._known:
                raise refuse(f"$ref {reference!r:.120}: there is no such anchor")
            return self._known[f"{address}#{fragment}"]
        found = self._known[address]
        for step in fragment.split("/")[1:]:
            found = _child(found, step.replace("~1", "/").replace("~0", "~"), reference)
        return found


def _child(value: Any, step: str, reference: str) -> Any:
    if isinstance(value, dict):
        for name in (step, _TWINS.get(step, step)):
            if name in value:
                return value[name]
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    raise refuse(f"$ref {reference!r:.120}: there is no {step!r:.80}")


def _own_id(value: dict[str, Any], draft: int) -> str | None:
    """Up to draft-07 nothing beside `$ref` counts."""
    said = None if "$ref" in value and draft <= 7 else value.get("id" if draft == 4 else "$id")
    return said if isinstance(said, str) else None


def _objects(document: Any, name: str, draft: int) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Every object that may be a schema, with the base inside it and the one around it."""
    waiting: list[tuple[Any, str, bool]] = [(document, name, False)]
    while waiting:
        value, base, is_named = waiting.pop()
        if isinstance(value, list):
            waiting += [(one, base, False) for one in value]
        elif isinstance(value, dict):
            own = None if is_named else _own_id(value, draft)
            inside = base
            if own is not None:
                try:
                    inside = urldefrag(urljoin(base, own)).url
                except ValueError as error:
                    raise refuse(f"$id {own!r:.120}: {error}") from error
            yield value, inside, base
            waiting += [(one, inside, key in _NAMED) for key, one in value.items() if is_named or key not in _DATA]


def _addresses(value: dict[str, Any], around: str, base: str, draft: int) -> Iterator[str]:
    """Where else than by a pointer an object can be found."""
    own = _own_id(value, draft)
    if own is not None:
        if urldefrag(own).url:
            yield base
        if draft <= 7 and (fragment := urldefrag(own).fragment):
            yield f"{urldefrag(urljoin(around, own)).url}#{fragment}"
    for word in ("$anchor", "$dynamicAnchor"):
        if draft > 7 and isinstance(anchor := value.get(word), str):
            yield f"{base}#{anchor}"
