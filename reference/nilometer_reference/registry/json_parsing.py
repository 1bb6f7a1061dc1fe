"""A JSON Schema as a graph of nodes, one for each group of keywords, as the rules compare them.

    group                                node
    enum, const, not, if/then/else       one each; a condition is not looked into
    oneOf, anyOf, allOf                  combined, with its branches
    type: one name                       of that class, with the keywords of its family
    type: a list                         combined, anyOf one node a name
    keywords of another family           of that class, although `type` does not name it
    $ref                                 up to draft-07 what it refers to, whatever stands beside; later one more group

Several groups: an allOf of them; none: empty, which accepts everything, as `true` does; `false` accepts nothing.
Source: how Confluent's checker sees a schema, through everit-json-schema's classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from nilometer_reference.registry.json_document import Library, refuse
from nilometer_reference.registry.json_nodes import Node, form

FAMILIES: Final = {
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("items", "prefixItems", "additionalItems", "unevaluatedItems", "minItems", "maxItems", "uniqueItems",
              "contains", "minContains", "maxContains"),
    "object": ("properties", "required", "minProperties", "maxProperties", "dependencies", "dependentRequired",
               "dependentSchemas", "patternProperties", "additionalProperties", "unevaluatedProperties",
               "propertyNames"),
}  # fmt: skip
TYPES: Final = (*FAMILIES, "integer", "boolean", "null")
CRITERIA: Final = ("oneOf", "anyOf", "allOf")
_COUNTS: Final = ("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains", "minProperties",
                  "maxProperties")  # fmt: skip
_BESIDE_A_REFERENCE: Final = frozenset({"$ref", "$schema", "$defs", "definitions", "$comment"})
_NOTES: Final = ("$id", "id", "title", "description", "default", "examples", "$comment", "deprecated", "readOnly",
                 "writeOnly")  # fmt: skip
_REFERENCES: Final = ("$ref", "$recursiveRef", "$dynamicRef")


def parse_json(text: str, references: Mapping[str, str] | None = None) -> Node:
    """The graph of a schema; `references` are texts by the names that `$ref` uses. Raises 42201."""
    library = Library(text, references or {})
    builder = _Builder(library)
    root = builder.node(library.root, "", draft=7)
    builder.finish()
    return root


class _Builder:
    """Nodes by the identity of their JSON object. They are filled from a queue: chains of references may be long."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[int, Node] = {}
        self._waiting: list[tuple[Node, dict[str, Any], str, int]] = []
        self._aliases: list[tuple[Node, Node]] = []
        """Node of an object that is a reference and annotations only, and what it refers to."""

    def node(self, value: Any, base: str, *, draft: int) -> Node:
        """The node of a schema, perhaps not filled yet."""
        passed: set[int] = set()
        while isinstance(value, dict) and "$ref" in value and id(value) not in self._known:
            base, draft = self._library.bases.get(id(value), (base, draft))
            if draft > 7 and not _BESIDE_A_REFERENCE.issuperset(value):
                break
            if id(value) in passed:
                raise refuse("a $ref that leads to itself says nothing")
            passed.add(id(value))
            value = self._target(value["$ref"], base)
        if isinstance(value, bool):
            return Node("empty" if value else "false")
        if not isinstance(value, dict):
            raise refuse(f"{value!r:.80} stands where a schema is wanted")
        if id(value) not in self._known:
            if id(value) not in self._library.bases:
                raise refuse("a $ref leads to a value that is no schema")
            base, draft = self._library.bases[id(value)]
            self._known[id(value)] = Node()
            self._waiting.append((self._known[id(value)], value, base, draft))
        return self._known[id(value)]

    def finish(self) -> None:
        """Fill every node."""
        while self._waiting:
            node, value, base, draft = self._waiting.pop()
            _Schema(self, value, base, draft).fill(node)
        for node, _ in self._aliases:
            self._become(node)

    def alias(self, node: Node, value: Any, base: str, draft: int) -> None:
        """The node is what the reference means, but for its own annotations."""
        self._aliases.append((node, self.node(self._target(value, base), base, draft=draft)))

    def _become(self, node: Node) -> None:
        targets = {id(one): other for one, other in self._aliases}
        end, steps = node, 0
        while id(end) in targets:
            end, steps = targets[id(end)], steps + 1
            if steps > len(targets):
                raise refuse("a $ref that leads to itself says nothing")
        own = node.has_default, node.connect_type
        node.__dict__.update(end.__dict__)
        node.has_default, node.connect_type = own[0] or end.has_default, own[1] or end.connect_type

    def _target(self, said: Any, base: str) -> Any:
        if not isinstance(said, str):
            raise refuse(f"$ref {said!r:.80} is no reference")
        return self._library.find(said, base)

    def referred(self, said: Any, base: str, draft: int) -> Node:
        """What a reference means."""
        return self.node(self._target(said, base), base, draft=draft)


class _Schema:
    """One schema object on its way to being nodes."""

    def __init__(self, builder: _Builder, value: dict[str, Any], base: str, draft: int) -> None:
        self._builder = builder
        self._value = value
        self._base = base
        self._draft = draft

    def fill(self, node: Node) -> None:
        """Make `node` what the object says."""
        value = self._value
        words = [word for word in _REFERENCES if word in value and self._draft > 7]
        groups = self._groups()
        if words and not groups:
            self._builder.alias(node, value[words[0]], self._base, self._draft)
        elif len(groups) == 1 and not words:
            node.__dict__.update(groups[0].__dict__)
        elif groups:
            node.kind, node.criterion = "combined", "allOf"
            node.branches = [self._builder.referred(value[word], self._base, self._draft) for word in words]
            node.branches += groups
            node.distinct = node.branches
        node.has_default = "default" in value
        connect_type = value.get("connect.type")
        node.connect_type = connect_type if isinstance(connect_type, str) else None

    def _child(self, value: Any) -> Node:
        return self._builder.node(value, self._base, draft=self._draft)

    def _groups(self) -> list[Node]:
        value, draft = self._value, self._draft
        found: list[Node] = []
        if "enum" in value:
            found.append(Node("enum", values=frozenset(map(form, self._list("enum")))))
        if "const" in value and draft > 4:
            found.append(Node("const", values=frozenset([form(value["const"])])))
        found += [self._combined(criterion) for criterion in CRITERIA if criterion in value]
        if "not" in value:
            found.append(Node("not", inner=self._child(value["not"])))
        if draft >= 7 and not value.keys().isdisjoint(("if", "then", "else")):
            found.append(Node("condition"))
        return found + self._types()

    def _combined(self, criterion: str) -> Node:
        said = self._list(criterion)
        if not said:
            raise refuse(f"{criterion} of no schemas")
        branches = [self._child(one) for one in said]
        first: dict[str, Node] = {}
        for one, branch in zip(said, branches, strict=True):
            first.setdefault(form(_without_notes(one)), branch)
        return Node("combined", criterion=criterion, branches=branches, distinct=list(first.values()))

    def _types(self) -> list[Node]:
        said = self._value.get("type", [])
        names = said if isinstance(said, list) else [said]
        for name in names:
            if name not in TYPES:
                raise refuse(f"type {name!r:.80} is none")
        nodes = [self._typed(name) for name in dict.fromkeys(names)]
        kinds = {node.kind for node in nodes}
        if isinstance(said, list) and "type" in self._value:
            nodes = [Node("combined", criterion="anyOf", branches=nodes, distinct=nodes)]
        others = [
            family for family, words in FAMILIES.items()
            if family not in kinds and not self._value.keys().isdisjoint(words)
        ]  # fmt: skip
        return nodes + [self._typed(family) for family in others]

    def _typed(self, name: str) -> Node:
        kind = "number" if name == "integer" else name
        node = Node(kind, is_integer=name == "integer")
        for word in FAMILIES.get(kind, ()):
            if word in _COUNTS or kind == "number":
                self._limit(node, word)
        if kind == "string":
            node.pattern = self._text("pattern")
        elif kind == "array":
            self._array(node)
        elif kind == "object":
            self._object(node)
        return node

    def _limit(self, node: Node, word: str) -> None:
        said = self._value.get(word)
        if word not in self._value or (isinstance(said, bool) and self._draft == 4 and word.startswith("exclusive")):
            return
        if isinstance(said, bool) or not isinstance(said, int | Decimal):
            raise refuse(f"{word} {said!r:.80} is no number")
        if word in _COUNTS and (said < 0 or said != int(said)):
            raise refuse(f"{word} {said} is no count")
        if word == "multipleOf" and said <= 0:
            raise refuse(f"multipleOf {said} is not above 0")
        node.limits[word] = said

    def _array(self, node: Node) -> None:
        value, is_late = self._value, self._draft >= 2020
        if is_late and isinstance(value.get("items"), list):
            raise refuse("items is a list: that is prefixItems in 2020-12")
        listed = self._list("prefixItems") if is_late else value.get("items")
        node.positions = [self._child(one) for one in listed] if isinstance(listed, list) else []
        whole = None if node.positions or isinstance(value.get("items"), list) else value.get("items")
        node.items = None if whole is None else self._child(whole)
        if not is_late:
            node.additional = self._further("additionalItems")
            if whole is not None and node.additional is False:
                node.additional = True  # nothing is additional to a schema of all
        elif node.positions:
            node.additional = self._further("items")
        node.unevaluated = self._further("unevaluatedItems")
        node.is_unique = value.get("uniqueItems") is True

    def _object(self, node: Node) -> None:
        needs, implies = self._members("dependentRequired"), self._members("dependentSchemas")
        for name, said in self._members("dependencies").items():
            (needs if isinstance(said, list) else implies)[name] = said
        node.needs = {name: _names(name, said) for name, said in needs.items() if said != []}
        node.implies = {name: self._child(said) for name, said in implies.items()}
        node.properties = {name: self._child(said) for name, said in self._members("properties").items()}
        node.patterns = [(pattern, self._child(said)) for pattern, said in self._members("patternProperties").items()]
        node.required = _names("required", self._value.get("required", []))
        node.additional = self._further("additionalProperties")
        node.unevaluated = self._further("unevaluatedProperties")

    def _further(self, word: str) -> Node | bool:
        """`{}` is a schema here, and not the same as `true`."""
        said = self._value.get(word, True)
        return said if isinstance(said, bool) else self._child(said)

    def _text(self, word: str) -> str | None:
        said = self._value.get(word)
        if said is not None and not isinstance(said, str):
            raise refuse(f"{word} {said!r:.80} is no text")
        return said

    def _list(self, word: str) -> list[Any]:
        said = self._value.get(word, [])
        if not isinstance(said, list):
            raise refuse(f"{word} {said!r:.80} is no list")
        return said

    def _members(self, word: str) -> dict[str, Any]:
        said = self._value.get(word, {})
        if not isinstance(said, dict):
            raise refuse(f"{word} {said!r:.80} is no object")
        return dict(said)


def _names(word: str, said: Any) -> frozenset[str]:
    if not isinstance(said, list) or not all(isinstance(name, str) for name in said):
        raise refuse(f"{word} {said!r:.80} is no list of names")
    return frozenset(said)


def _without_notes(branch: Any) -> Any:
    return {word: said for word, said in branch.items() if word not in _NOTES} if isinstance(branch, dict) else branch
