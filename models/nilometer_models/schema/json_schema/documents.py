"""Texts, their identifiers and their references: which schema object does `$ref` mean?

what is written              what it means
no `$schema`                 draft-07
`$id` (draft-04: `id`)       the base of every reference inside; fragments of `#name` are anchors up to draft-07
`$anchor`, `$dynamicAnchor`  a name in its resource
`#/a/b`                      JSON pointer from the resource
a name of the references     as registries give them, or the `$id` of a text that stands beside

`$dynamicRef` and `$recursiveRef` are taken as `$ref`: no registry follows the dynamic scope. A reference to the meta
schemas or to anything else outside is refused. Sources: draft-07 (Core, 8), 2020-12 (Core, 8 and 9); RFC 6901.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import IntEnum
from typing import TypeAlias
from urllib.parse import unquote, urldefrag, urljoin

from nilometer_models.schema.difference import token
from nilometer_models.schema.json_schema.nodes import Json

References: TypeAlias = Mapping[str, str] | Sequence[str]
DEEPEST = 400
"""Nesting of the text beyond this is refused: values are compared by recursion. Chains of references have no bound."""


class NotJsonSchema(Exception):
    """This text is no JSON Schema of a draft that we know."""


class Draft(IntEnum):
    """In the order of their dates."""

    DRAFT_4 = 4
    DRAFT_6 = 6
    DRAFT_7 = 7
    DRAFT_2019_09 = 2019
    DRAFT_2020_12 = 2020


DRAFTS = {
    "http://json-schema.org/draft-04/schema": Draft.DRAFT_4,
    "http://json-schema.org/draft-06/schema": Draft.DRAFT_6,
    "http://json-schema.org/draft-07/schema": Draft.DRAFT_7,
    "https://json-schema.org/draft/2019-09/schema": Draft.DRAFT_2019_09,
    "https://json-schema.org/draft/2020-12/schema": Draft.DRAFT_2020_12,
}
DATA = ("enum", "const", "default", "examples")
"""Keywords whose values are no schemas, whatever they look like."""
NAMES = ("properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions")
"""Below these stand names, not keywords."""


def load(text: str) -> Json:
    """Numbers with a fraction as decimals."""
    try:
        loaded: Json = json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotJsonSchema(f"not JSON: {error}") from None
    return loaded


def _no_number(word: str) -> Json:
    raise ValueError(f"{word} is no number")


def draft_of(document: Json, default: Draft = Draft.DRAFT_7) -> Draft:
    """What `$schema` says."""
    said = document.get("$schema") if isinstance(document, dict) else None
    if said is None:
        return default
    draft = DRAFTS.get(said.replace("https://json-schema.org/draft-", "http://json-schema.org/draft-").rstrip("#")) \
        if isinstance(said, str) else None  # fmt: skip
    if draft is None:
        raise NotJsonSchema(f"/$schema: {said!r} is no draft that we know")
    return draft


class Place:
    """A schema object with what its references depend on."""

    __slots__ = ("at", "base", "draft")

    def __init__(self, base: str, draft: Draft, at: str = "") -> None:
        self.base = base
        self.draft = draft
        self.at = at


class Documents:
    """Every schema object of some texts, by identity and by address."""

    def __init__(self) -> None:
        self.roots: list[Json] = []
        """Kept, so that identities stay."""
        self.places: dict[int, Place] = {}
        self.addresses: dict[str, Json] = {}

    def add(self, text: str, name: str = "") -> Json:
        """A text, under a name that others may refer to it by."""
        document = load(text)
        draft = draft_of(document)
        self.roots.append(document)
        self.addresses.setdefault(name, document)
        for value, base, at in scan(document, name, draft):
            self.places[id(value)] = Place(base, draft, at)
            for address in addresses(value, base, draft):
                self.addresses.setdefault(address, value)
        return document

    def find(self, reference: str, base: str) -> Json:
        """The schema that a reference means."""
        try:
            resource, fragment = urldefrag(urljoin(base, reference))
        except ValueError as error:
            raise NotJsonSchema(f"{reference!r} is no reference: {error}") from None
        for address in (resource, urldefrag(reference).url or resource):
            if address in self.addresses:
                break
        else:
            raise NotJsonSchema(f"{reference!r} refers to nothing that is known")
        if fragment and not fragment.startswith("/"):
            if f"{address}#{fragment}" not in self.addresses:
                raise NotJsonSchema(f"{reference!r}: there is no such anchor")
            return self.addresses[f"{address}#{fragment}"]
        found = self.addresses[address]
        for step in unquote(fragment).split("/")[1:]:
            found = _step(found, step.replace("~1", "/").replace("~0", "~"), reference)
        return found


def _step(value: Json, step: str, reference: str) -> Json:
    if isinstance(value, dict) and step in value:
        return value[step]
    # Either name of the definitions will do, whatever the draft.
    other = {"definitions": "$defs", "$defs": "definitions"}.get(step, step)
    if isinstance(value, dict) and other in value:
        return value[other]
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    raise NotJsonSchema(f"{reference!r} refers to nothing: no {step!r}")


def identifier(value: Json, draft: Draft) -> str | None:
    """What a schema object calls itself; beside `$ref` it means nothing up to draft-07."""
    if not isinstance(value, dict) or (draft <= Draft.DRAFT_7 and "$ref" in value):
        return None
    said = value.get("id" if draft is Draft.DRAFT_4 else "$id")
    return said if isinstance(said, str) else None


def scan(document: Json, name: str, draft: Draft) -> Iterator[tuple[dict[str, Json], str, str]]:
    """Every JSON object that may be a schema, with its base and its pointer."""
    waiting: list[tuple[Json, str, str, int]] = [(document, name, "", 0)]
    while waiting:
        value, base, at, depth = waiting.pop()
        if depth > DEEPEST:
            raise NotJsonSchema(f"nested deeper than {DEEPEST}")
        if isinstance(value, list):
            waiting.extend((item, base, f"{at}/{n}", depth + 1) for n, item in enumerate(value))
        elif isinstance(value, dict):
            own = identifier(value, draft)
            inner = joined(base, own) if own is not None else base
            yield value, inner, at
            for key, item in value.items():
                if key not in DATA or at.rpartition("/")[2] in NAMES:
                    waiting.append((item, inner, at + token(key), depth + 1))


def joined(base: str, own: str) -> str:
    """The base that an identifier gives, without its fragment."""
    try:
        return urldefrag(urljoin(base, own)).url
    except ValueError as error:
        raise NotJsonSchema(f"{own!r} is no identifier: {error}") from None


def addresses(value: dict[str, Json], base: str, draft: Draft) -> Iterator[str]:
    """Where references can find this schema object, besides pointers."""
    own = identifier(value, draft)
    if own is not None:
        resource, fragment = urldefrag(own)
        if resource:
            yield base
        if fragment and draft <= Draft.DRAFT_7:
            yield f"{base}#{fragment}"
    for keyword in ("$anchor", "$dynamicAnchor"):
        if draft > Draft.DRAFT_7 and isinstance(anchor := value.get(keyword), str):
            yield f"{base}#{anchor}"
