"""Are the nodes those of everit-json-schema? Run by `test_shapes.py` in a process of its own, with a JVM in it.

    mvn dependency:copy-dependencies -DoutputDirectory=JARS     of com.github.erosb:everit-json-schema:1.14.6
    NILOMETER_EVERIT_JARS=JARS pytest tests/models/schema/json_schema/test_shapes.py
    python -m tests.models.schema.json_schema.everit JARS 10000

Both trees are written out to a depth, branches in any order, and compared. The library stays where it is: it answers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nilometer_models.schema.json_schema import NotJsonSchema, Schema, parse
from nilometer_models.schema.json_schema.nodes import Array, Combined, Not, Number, Object
from tests.models.schema.json_schema.schemas import bodies, schemas

DEPTH = 5
SIMPLE = {
    "StringSchema": "string", "BooleanSchema": "boolean", "NullSchema": "null", "EnumSchema": "enum",
    "ConstSchema": "const", "ConditionalSchema": "conditional", "EmptySchema": "empty", "TrueSchema": "empty",
    "FalseSchema": "false",
}  # fmt: skip

KEYWORDS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["string", "integer", "object", ["array"], ["number", "null"]]), "maxLength": st.just(3),
    "format": st.just("date"), "minimum": st.just(1), "exclusiveMaximum": st.just(2), "enum": st.just([1, "a"]),
    "const": st.just(1), "items": bodies | st.lists(bodies, max_size=2), "additionalItems": bodies,
    "contains": bodies, "required": st.just(["a"]), "properties": st.dictionaries(st.sampled_from("ab"), bodies),
    "propertyNames": st.just({}), "dependencies": st.dictionaries(st.just("a"), bodies | st.just([])), "not": bodies,
    "if": bodies, "then": bodies, "allOf": st.lists(bodies, min_size=1, max_size=2), "default": st.just("a"),
    "oneOf": st.lists(bodies, min_size=1, max_size=2), "title": st.just("a"), "$ref": st.just("#/$defs/a"),
}  # fmt: skip
mixtures = st.fixed_dictionaries({"$defs": st.just({"a": {"type": "string", "default": "b"}})}, optional=KEYWORDS)


def sorted_(shapes: Any) -> tuple[Any, ...]:
    return tuple(sorted(shapes, key=repr))


def number(value: Any) -> int | None:
    return None if value is None else int(value)


def ours(schema: Schema, index: int, depth: int = DEPTH) -> Any:
    """Of a node of ours: (class and what belongs to it, has a default)."""
    node = schema[index]

    def inner(one: int) -> Any:
        return ours(schema, one, depth - 1) if depth else "..."

    def further(one: bool | int) -> Any:
        return one if isinstance(one, bool) else inner(one)

    match node:
        case Combined():
            shape: Any = ("combined", str(node.criterion), sorted_(map(inner, node.branches)))
        case Number():
            shape = ("number", node.integer)
        case Not():
            shape = ("not", inner(node.inner))
        case Array():
            items = None if node.items is None else inner(node.items)
            shape = ("array", items, tuple(map(inner, node.positions)), further(node.additional),
                     number(node.min_items), number(node.max_items), node.unique)  # fmt: skip
        case Object():
            shape = ("object", sorted_((name, inner(one)) for name, one in node.properties.items()),
                     further(node.additional), sorted_(node.required), number(node.min_properties),
                     sorted_((name, sorted_(needs)) for name, needs in node.needs.items()),
                     sorted_((name, inner(one)) for name, one in node.implies.items()))  # fmt: skip
        case _:
            shape = (node.kind,)
    return shape, node.notes.default is not None


def theirs(schema: Any, depth: int = DEPTH) -> Any:
    """The same of a node of everit's."""
    kind = str(schema.getClass().getSimpleName())
    if kind == "ReferenceSchema":
        return theirs(schema.getReferredSchema(), depth)

    def inner(one: Any) -> Any:
        return theirs(one, depth - 1) if depth else "..."

    def further(one: Any, permits: Any) -> Any:
        return bool(permits) if one is None else inner(one)

    def members(entries: Any, read: Callable[[Any], Any]) -> tuple[Any, ...]:
        return sorted_((str(entry.getKey()), read(entry.getValue())) for entry in entries.entrySet())

    if kind == "CombinedSchema":
        shape: Any = ("combined", str(schema.getCriterion().toString()), sorted_(map(inner, schema.getSubschemas())))
    elif kind == "NumberSchema":
        shape = ("number", bool(schema.requiresInteger()))
    elif kind == "NotSchema":
        shape = ("not", inner(schema.getMustNotMatch()))
    elif kind == "ArraySchema":
        items = None if schema.getAllItemSchema() is None else inner(schema.getAllItemSchema())
        rest = further(schema.getSchemaOfAdditionalItems(), schema.permitsAdditionalItems())
        shape = ("array", items, tuple(map(inner, schema.getItemSchemas() or [])), rest, number(schema.getMinItems()),
                 number(schema.getMaxItems()), bool(schema.needsUniqueItems()))  # fmt: skip
    elif kind == "ObjectSchema":
        rest = further(schema.getSchemaOfAdditionalProperties(), schema.permitsAdditionalProperties())
        shape = ("object", members(schema.getPropertySchemas(), inner), rest,
                 sorted_(map(str, schema.getRequiredProperties())), number(schema.getMinProperties()),
                 members(schema.getPropertyDependencies(), lambda needs: sorted_(map(str, needs))),
                 members(schema.getSchemaDependencies(), inner))  # fmt: skip
    else:
        shape = (SIMPLE[kind],)
    return shape, bool(schema.hasDefaultValue())


def main(jars: str, count: int) -> int:
    """How many generated schemas have another shape; each is shown."""
    import jpype  # noqa: PLC0415 - starts nothing before it is asked to

    jpype.startJVM(classpath=[str(jar) for jar in Path(jars).glob("*.jar")])
    loader = jpype.JClass("org.everit.json.schema.loader.SchemaLoader")
    document = jpype.JClass("org.json.JSONObject")
    asked, other = [0], dict[str, str]()

    @settings(max_examples=count, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(schemas | mixtures)
    def compare(written: Any) -> None:
        text = json.dumps(written)
        try:
            schema = parse(text)
            mine = ours(schema, schema.root)
        except NotJsonSchema:
            mine = "refused"
        try:
            built = (
                loader.builder().schemaJson(document(text)).draftV7Support().useDefaults(True).build().load().build()
            )
            yours = theirs(built)
        except jpype.JException:
            yours = "refused"
        asked[0] += 1
        if mine != yours:
            other[text] = f"{text}\n  ours   {mine}\n  theirs {yours}"

    compare()
    for shown in sorted(other.values(), key=len)[:10]:
        print(shown)
    print(f"{len(other)} of {asked[0]} differ")
    return min(len(other), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
