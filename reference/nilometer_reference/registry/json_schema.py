"""JSON Schemas as nodes that refer to each other, as the libraries see them whose trees registries compare.

A schema object gives one node a group: `enum`; `const` (from draft-06); each of `oneOf`, `anyOf`, `allOf`; `not`;
`if`, `then`, `else` (from draft-07); the node of `type`, or, where `type` is a list, an anyOf of one a type; and one
for each family of keywords whose type is not named. From 2019-09 on `$ref` is a group, too; before, it stands alone.
One group: that node; several: an allOf of them; none: empty. `true` is empty, and `false` is false. A reference that
stands alone is replaced by what it means. Source: the node classes of everit-json-schema 1.14.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Mapping
from typing import Any, Final

from nilometer_reference.registry import json_keywords as keywords
from nilometer_reference.registry.json_families import FAMILY, TYPES, Make, fill
from nilometer_reference.registry.json_keywords import Written
from nilometer_reference.registry.json_node import COMBINED, Node
from nilometer_reference.registry.json_texts import DRAFT_7, Place, Texts, refuse

_SILENT_BESIDE_REFERENCE: Final = frozenset({"$ref", "$schema", "$defs", "definitions", "$comment"})
_NO_TYPES: Final = frozenset({"enum", "const", *COMBINED, "not", "if", "then", "else"})
_REFERENCES: Final = ("$ref", "$recursiveRef", "$dynamicRef")


def parse_json(text: str, known: Mapping[str, str] | None = None) -> Node:
    """The node of a schema's text. `known` are the texts of its references by the names that `$ref` uses.

    Raises 42201 for what is no schema, and for references that lead nowhere.
    """
    texts = Texts()
    document = texts.add(text, "")
    for name, other in (known or {}).items():
        texts.add(other, name)
    return _Builder(texts).build(document)


class _Builder:
    """Objects wait in a queue: a chain of references may be longer than the stack is deep."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._known: dict[int, Node] = {}
        self._waiting: deque[tuple[Node, Written, Place]] = deque()
        self._stands_for: dict[Node, Node] = {}
        """A reference that has annotations of its own -> what it refers to."""

    def build(self, document: Any) -> Node:
        root = self._make(document, Place("", DRAFT_7, ""))
        while self._waiting:
            self._fill(*self._waiting.popleft())
        for node in self._stands_for:
            node.become(self._end_of(node))
        return root

    def _end_of(self, node: Node) -> Node:
        passed = {node}
        while (node := self._stands_for[node]) in self._stands_for:
            if node in passed:
                raise refuse(node.at, "a reference to itself says nothing")
            passed.add(node)
        return node

    def _make(self, written: Any, near: Place) -> Node:
        """The node of a schema; its members may come later."""
        passed: dict[int, None] = {}
        place = near
        while isinstance(written, dict) and id(written) not in self._known:
            place = self._place(written, place)
            alone = place.draft <= DRAFT_7 or _SILENT_BESIDE_REFERENCE.issuperset(written)
            if "$ref" not in written or not alone:
                break
            if id(written) in passed:
                raise refuse(place.at, "a reference to itself says nothing")
            passed[id(written)] = None
            written = self._texts.find(written["$ref"], place)
        node = self._node(written, place)
        self._known.update(dict.fromkeys(passed, node))
        return node

    def _place(self, written: Written, near: Place) -> Place:
        place = self._texts.place(written)
        if place is None:
            raise refuse(near.at, "what is referred to is a value, not a schema")
        return place

    def _node(self, written: Any, place: Place) -> Node:
        if isinstance(written, bool):
            return Node("empty" if written else "false", place.at)
        if not isinstance(written, dict):
            raise refuse(place.at, f"{written!r:.80} is no schema")
        if id(written) not in self._known:
            node = self._known[id(written)] = Node(at=place.at)
            self._waiting.append((node, written, place))
        return self._known[id(written)]

    def _fill(self, node: Node, written: Written, place: Place) -> None:
        for word in ("id" if place.draft == 4 else "$id", "title", "description"):
            if word in written:
                keywords.text(written, word, place)
        node.has_default = "default" in written
        node.is_bytes = written.get("connect.type") == "bytes"

        def make(below: Any) -> Node:
            return self._make(below, place)

        words = [word for word in _REFERENCES if word in written] if place.draft > DRAFT_7 else []
        only = None if words else _only_type(written)
        if only is not None:
            fill(node, only, written, place, make)
            return
        targets = [self._make(self._texts.find(written[word], place), place) for word in words]
        groups = _groups(written, place, make)
        if targets and not groups:
            self._stands_for[node] = targets[0]
        elif len(groups) == 1 and not targets:
            node.become(groups[0])
        elif groups:
            node.kind, node.listed = "allOf", [*targets, *groups]
            node.branches = len(node.listed)
        else:
            node.kind = "empty"


def _only_type(written: Written) -> str | None:
    """The type of a schema with the keywords of that type only, as nearly all are; None for any other."""
    said = written.get("type")
    if not isinstance(said, str) or said not in TYPES or not _NO_TYPES.isdisjoint(written):
        return None
    named = "number" if said == "integer" else said
    return said if all(FAMILY.get(word, named) == named for word in written) else None


def _groups(written: Written, place: Place, make: Make) -> list[Node]:
    if _NO_TYPES.isdisjoint(written):
        return _types(written, place, make)
    found = []
    if "enum" in written:
        values = frozenset(map(keywords.comparable, keywords.items(written, "enum", place)))
        found.append(Node("enum", place.at, words={"enum": values}))
    if "const" in written and place.draft > 4:
        found.append(Node("const", place.at, words={"const": keywords.comparable(written["const"])}))
    found += [_combined(word, written, place, make) for word in COMBINED if word in written]
    if "not" in written:
        found.append(Node("not", place.at, inner={"not": make(written["not"])}))
    conditions = [word for word in ("if", "then", "else") if word in written]
    if conditions and place.draft >= DRAFT_7:
        found.append(Node("conditional", place.at, inner={word: make(written[word]) for word in conditions}))
    return [*found, *_types(written, place, make)]


def _combined(word: str, written: Written, place: Place, make: Make) -> Node:
    """Branches that say the same count once; an annotation makes another one of a branch."""
    branches = keywords.items(written, word, place)
    if not branches:
        raise refuse(f"{place.at}/{word}", "there is no branch")
    shapes = [_shallow(branch) for branch in branches]
    alike = Counter(shapes)
    distinct: dict[Hashable, Node] = {}
    for shape, branch in zip(shapes, branches, strict=True):
        # Only what looks alike from outside is compared to the bottom: deep schemas would be walked once a level.
        key = (shape, keywords.comparable(branch)) if alike[shape] > 1 else shape
        distinct.setdefault(key, make(branch))
    return Node(word, place.at, listed=list(distinct.values()), branches=len(branches))


def _shallow(said: Any) -> Hashable:
    """Equal for equal schemas; cheap."""
    if not isinstance(said, dict):
        return keywords.comparable(said)
    return frozenset((key, value) if isinstance(value, str) else (key, ...) for key, value in said.items())


def _types(written: Written, place: Place, make: Make) -> list[Node]:
    said = written.get("type", [])
    listed = said if isinstance(said, list) else [said]
    for one in listed:
        if not isinstance(one, str) or one not in TYPES:
            raise refuse(f"{place.at}/type", f"{one!r:.80} is no type")
    nodes = [fill(Node(at=place.at), one, written, place, make) for one in dict.fromkeys(listed)]
    if isinstance(said, list) and "type" in written:
        nodes = [Node("anyOf", place.at, listed=nodes, branches=len(nodes))]
    named = {"number" if one == "integer" else one for one in listed}
    missing = [FAMILY[word] for word in written if word in FAMILY and FAMILY[word] not in named]
    return [*nodes, *(fill(Node(at=place.at), type, written, place, make) for type in dict.fromkeys(missing))]
