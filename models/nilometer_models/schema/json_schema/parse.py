"""Text to graph, or `NotJsonSchema` with the reason.

A schema object gives one node for each group that occurs in it:

    enum    const    oneOf    anyOf    allOf    not    if, then, else    the node of `type`    from 2019-09 also $ref

`type` a list: anyOf, one branch a type. Besides, one node for each family of keywords that is present and not of these
types: {"type": "string", "minimum": 3} is an allOf of a string and a number. One group: that node; several: an allOf of
them; none: Empty. Up to draft-07 everything beside `$ref` is ignored.

Objects are taken from a queue, not by recursion: a chain of references may be as long as it likes, and a cycle is an
edge back. Sources: schema.md 5.1; everit-json-schema 1.14.6,
whose classes were compared with these on generated schemas.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nilometer_models.schema.json_schema.documents import Documents, Draft, NotJsonSchema, Place, References, load
from nilometer_models.schema.json_schema.families import FAMILIES, TYPES, node_of_type
from nilometer_models.schema.json_schema.keywords import NO_NOTES, Reserve, branches_of, list_of, notes_of
from nilometer_models.schema.json_schema.nodes import (
    Combined,
    Conditional,
    Const,
    Criterion,
    Empty,
    Enum,
    Json,
    Never,
    Node,
    Not,
    Notes,
    Schema,
    frozen,
)

NEUTRAL = frozenset({"$ref", "$schema", "$defs", "definitions", "$comment"})
"""An object with nothing else is what it refers to."""
CONDITION = frozenset({"if", "then", "else"})
REFERENCES = ("$ref", "$recursiveRef", "$dynamicRef")


def parse(text: str, references: References = ()) -> Schema:
    """The graph of a schema. `references` are texts by the names that `$ref` uses, or texts with `$id`s."""
    documents = Documents()
    document = documents.add(text)
    named = dict(references) if isinstance(references, Mapping) else dict(_named(references))
    for name, reference in named.items():
        documents.add(reference, name)
    builder = Builder(documents)
    try:
        root = builder.reserve(document, Place("", Draft.DRAFT_7))
        return Schema(builder.finish(), root, text, tuple(named.items()))
    except RecursionError:
        raise NotJsonSchema("values are nested too deep to be compared") from None


def _named(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Texts by their identifiers."""
    found = []
    for n, text in enumerate(texts):
        document = load(text)
        said = document.get("$id", document.get("id")) if isinstance(document, dict) else None
        found.append((said.rstrip("#") if isinstance(said, str) else f"reference-{n}", text))
    return found


class Builder:
    """Collects nodes; an object has its index before its node is known."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.nodes: list[Node | None] = []
        self.known: dict[int, int] = {}
        self.waiting: deque[tuple[int, dict[str, Json], Place]] = deque()
        self.aliases: dict[int, tuple[int, Notes]] = {}
        """Index of an object that is nothing but a reference and annotations -> what it refers to, and those."""
        self.finals: dict[int, int] = {}

    def finish(self) -> tuple[Node, ...]:
        """Every node that was reserved, and what those need."""
        while self.waiting:
            index, value, place = self.waiting.popleft()
            self.object(index, value, place)
        finals = {index: self.final(index) for index in self.aliases}
        for index, (_, notes) in self.aliases.items():
            target = self.nodes[finals[index]]
            assert target is not None
            default = target.notes.default if notes.default is None else notes.default
            connect = notes.connect_type or target.notes.connect_type
            self.nodes[index] = replace(target, notes=replace(notes, default=default, connect_type=connect))
        nodes = tuple(node for node in self.nodes if node is not None)
        assert len(nodes) == len(self.nodes)
        return nodes

    def final(self, index: int) -> int:
        """What a chain of references ends in."""
        passed: list[int] = []
        while index in self.aliases and index not in self.finals:
            if len(passed) > len(self.aliases):
                raise NotJsonSchema("a reference to itself says nothing")
            passed.append(index)
            index = self.aliases[index][0]
        index = self.finals.get(index, index)
        self.finals.update(dict.fromkeys(passed, index))
        return index

    def new(self, node: Node | None) -> int:
        """Room for one more."""
        self.nodes.append(node)
        return len(self.nodes) - 1

    def reserve(self, value: Json, place: Place) -> int:
        """The index of a schema; its node may come later."""
        passed: list[int] = []
        while isinstance(value, dict) and self.is_reference(value) and id(value) not in self.known:
            if id(value) in passed[:1] or len(passed) > len(self.documents.places):
                raise NotJsonSchema(f"{place.at or '/'}: a reference to itself says nothing")
            passed.append(id(value))
            place = self.documents.places.get(id(value), place)
            value = self.target(value["$ref"], place)
        if isinstance(value, bool):
            index = self.new(Empty(NO_NOTES) if value else Never(NO_NOTES))
        else:
            index = self.reserve_object(value, place)
        self.known.update(dict.fromkeys(passed, index))
        return index

    def is_reference(self, value: dict[str, Json]) -> bool:
        """And nothing else. Up to draft-07 whatever stands beside `$ref` is ignored, a default, too."""
        place = self.documents.places.get(id(value))
        early = place is not None and place.draft <= Draft.DRAFT_7
        return "$ref" in value and (early or NEUTRAL.issuperset(value))

    def reserve_object(self, value: Json, place: Place) -> int:
        """Once for each object."""
        if not isinstance(value, dict):
            raise NotJsonSchema(f"{place.at or '/'}: {value!r} is no schema")
        if id(value) not in self.known:
            own = self.documents.places.get(id(value))
            if own is None:
                raise NotJsonSchema(f"{place.at or '/'}: what is referred to is a value, not a schema")
            self.known[id(value)] = self.new(None)
            self.waiting.append((self.known[id(value)], value, own))
        return self.known[id(value)]

    def object(self, index: int, value: dict[str, Json], place: Place) -> None:
        """One schema object."""
        notes = notes_of(value)
        words = [word for word in REFERENCES if word in value and place.draft > Draft.DRAFT_7]
        targets = [self.reserve(self.target(value[word], place), place) for word in words]
        groups = self.groups(value, place)
        if targets and not groups:
            self.aliases[index] = targets[0], notes
        elif len(groups) == 1 and not targets:
            self.nodes[index] = groups[0] if notes is NO_NOTES else replace(groups[0], notes=notes)
        elif groups:
            branches = (*targets, *(self.new(group) for group in groups))
            steps = ("/$ref",) * len(targets) + ("",) * len(groups)
            self.nodes[index] = Combined(notes, Criterion.ALL, branches, branches, steps)
        else:
            self.nodes[index] = Empty(notes)

    def target(self, said: Json, place: Place) -> Json:
        """What `$ref` means."""
        if not isinstance(said, str):
            raise NotJsonSchema(f"{place.at or '/'}: {said!r} is no reference")
        return self.documents.find(said, place.base)

    def groups(self, value: dict[str, Json], place: Place) -> list[Node]:
        """In the order of everit's; order does not matter to any rule."""

        def reserve(child: Json) -> int:
            return self.reserve(child, place)

        found: list[Node] = []
        if "enum" in value:
            found.append(Enum(NO_NOTES, frozenset(frozen(item) for item in list_of(value, "enum", place))))
        if "const" in value and place.draft > Draft.DRAFT_4:
            found.append(Const(NO_NOTES, frozen(value["const"])))
        for criterion in (Criterion.ONE, Criterion.ANY, Criterion.ALL):
            if criterion in value:
                branches, distinct = branches_of(value, criterion, place, reserve)
                steps = tuple(f"/{criterion}/{n}" for n in range(len(branches)))
                found.append(Combined(NO_NOTES, criterion, branches, distinct, steps))
        if "not" in value:
            found.append(Not(NO_NOTES, reserve(value["not"])))
        if not CONDITION.isdisjoint(value) and place.draft >= Draft.DRAFT_7:
            found.append(Conditional(NO_NOTES))
        return [*found, *self.types(value, place, reserve)]

    def types(self, value: dict[str, Json], place: Place, reserve: Reserve) -> list[Node]:
        """Of `type`, and of each family whose keywords are there though `type` does not name it."""
        said = value.get("type", [])
        names = said if isinstance(said, list) else [said]
        for name in names:
            if name not in TYPES:
                raise NotJsonSchema(f"{place.at}/type: {name!r} is no type")
        nodes = [node_of_type(str(name), value, place, reserve) for name in dict.fromkeys(map(str, names))]
        kinds = {node.kind for node in nodes}
        if isinstance(said, list) and "type" in value:
            branches = tuple(self.new(node) for node in nodes)
            steps = tuple(f"/type/{n}" for n in range(len(branches)))
            nodes = [Combined(NO_NOTES, Criterion.ANY, branches, branches, steps)]
        others = [name for name, words in FAMILIES.items() if name not in kinds and not words.isdisjoint(value)]
        return [*nodes, *(node_of_type(name, value, place, reserve) for name in others)]
