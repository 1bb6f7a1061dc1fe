"""Every rule of schema.md 5.2 and 5.3: old, new, and the kinds that break when new reads old, and when old reads new.

The answers were written down from the tables of the design, not from a run. `lenient` lists the kinds that the policy
LENIENT forgives; what breaks under LENIENT is what breaks under STRICT without them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from nilometer_models.schema.json_schema import Kind

K = Kind
Written = dict[str, Any] | bool


class Row(NamedTuple):
    name: str
    old: Written
    new: Written
    backward: tuple[Kind, ...] = ()
    forward: tuple[Kind, ...] = ()


def numbers(**words: Any) -> Written:
    return {"type": "number", **words}


def texts(**words: Any) -> Written:
    return {"type": "string", **words}


def things(properties: dict[str, Any] | None = None, **words: Any) -> Written:
    return {"type": "object", "properties": properties or {}, **words}


def lists(**words: Any) -> Written:
    return {"type": "array", **words}


S, N, INT, B = {"type": "string"}, {"type": "number"}, {"type": "integer"}, {"type": "boolean"}
CLOSED: dict[str, Any] = {"additionalProperties": False}
OF_TEXT: dict[str, Any] = {"additionalProperties": S}
OF_NUMBERS: dict[str, Any] = {"additionalProperties": N}

SCALARS = [
    Row("annotations never break", {"title": "a", "description": "b", "default": 1}, {"$id": "x:y"}),
    Row("annotations of a type", texts(title="a"), texts(description="b", default="c")),
    Row("maxLength added", S, texts(maxLength=3), (K.BOUND_TIGHTENED,), ()),
    Row("maxLength lowered", texts(maxLength=5), texts(maxLength=3), (K.BOUND_TIGHTENED,), ()),
    Row("minLength added", S, texts(minLength=3), (K.BOUND_TIGHTENED,), ()),
    Row("minLength raised", texts(minLength=3), texts(minLength=5), (K.BOUND_TIGHTENED,), ()),
    Row("pattern added", S, texts(pattern="a"), (K.PATTERN_CHANGED,), ()),
    Row("pattern changed", texts(pattern="a"), texts(pattern="b"), (K.PATTERN_CHANGED,), (K.PATTERN_CHANGED,)),
    Row("format is not looked at", texts(format="date"), texts(format="email")),
    Row("maximum added", N, numbers(maximum=3), (K.BOUND_TIGHTENED,), ()),
    Row("maximum lowered", numbers(maximum=5.5), numbers(maximum=5), (K.BOUND_TIGHTENED,), ()),
    Row("minimum added", N, numbers(minimum=0), (K.BOUND_TIGHTENED,), ()),
    Row("minimum raised", numbers(minimum=-1), numbers(minimum=0), (K.BOUND_TIGHTENED,), ()),
    Row("exclusiveMaximum added", N, numbers(exclusiveMaximum=3), (K.BOUND_TIGHTENED,), ()),
    Row("exclusiveMaximum lowered", numbers(exclusiveMaximum=5), numbers(exclusiveMaximum=3), (K.BOUND_TIGHTENED,), ()),
    Row("exclusiveMinimum added", N, numbers(exclusiveMinimum=3), (K.BOUND_TIGHTENED,), ()),
    Row("exclusiveMinimum raised", numbers(exclusiveMinimum=3), numbers(exclusiveMinimum=5), (K.BOUND_TIGHTENED,), ()),
    Row("multipleOf added", N, numbers(multipleOf=2), (K.MULTIPLE_CHANGED,), ()),
    Row("multipleOf 6 to 3", numbers(multipleOf=6), numbers(multipleOf=3), (), (K.MULTIPLE_CHANGED,)),
    Row("multipleOf 2 to 3", numbers(multipleOf=2), numbers(multipleOf=3), *((K.MULTIPLE_CHANGED,),) * 2),
    Row("multipleOf 0.3 to 0.1", numbers(multipleOf=0.3), numbers(multipleOf=0.1), (), (K.MULTIPLE_CHANGED,)),
    Row("integer to number", INT, N, (), (K.TYPE_NARROWED,)),
    Row("value added to enum", {"enum": [1]}, {"enum": [1, "a"]}, (), (K.ENUM_NARROWED,)),
    Row("value changed in enum", {"enum": [1]}, {"enum": [2]}, (K.ENUM_NARROWED,), (K.ENUM_NARROWED,)),
    Row("order in enum", {"enum": [1, 2]}, {"enum": [2, 1]}),
    Row("true is not 1", {"enum": [1]}, {"enum": [True]}, (K.ENUM_NARROWED,), (K.ENUM_NARROWED,)),
    Row("1 is 1.0", {"const": [1]}, {"const": [1.0]}),
    Row("const changed", {"const": 1}, {"const": 2}, (K.CONST_CHANGED,), (K.CONST_CHANGED,)),
    Row("const is of another class than enum", {"const": 1}, {"enum": [1]}, *((K.TYPE_CHANGED,),) * 2),
    Row("string to number", S, N, (K.TYPE_CHANGED,), (K.TYPE_CHANGED,)),
    Row("boolean to null", B, {"type": "null"}, (K.TYPE_CHANGED,), (K.TYPE_CHANGED,)),
    Row("empty reads everything", S, {}, (), (K.TYPE_CHANGED,)),
    Row("true is empty", S, True, (), (K.TYPE_CHANGED,)),
    Row("true and {} are the same", True, {}),
    Row("nothing was written", False, S, (), (K.TYPE_CHANGED,)),
    Row("from nothing to everything", False, True, (), (K.TYPE_CHANGED,)),
    Row("bytes of Connect", {"connect.type": "bytes", **S}, {"connect.type": "bytes", **N}),
    Row("bytes of Connect on one side", {"connect.type": "bytes", **S}, N, *((K.TYPE_CHANGED,),) * 2),
    Row("a type may be inferred", {"maxLength": 3}, texts(maxLength=3)),
    Row("keywords of other types do count", texts(minimum=3), texts(minimum=5), (K.BRANCHES_DIFFER,), ()),
    Row("a dependency on nothing is none", {"required": []}, {"dependencies": {"a": []}}),
    Row("not forbids less", {"not": numbers(maximum=5)}, {"not": numbers(maximum=3)}, (), (K.NOT_EXTENDED,)),
    Row("not forbids something else", {"not": S}, {"not": N}, (K.NOT_EXTENDED,), (K.NOT_EXTENDED,)),
    Row("if is not looked at", {"if": S, "then": N}, {"if": N, "else": False}),
    Row("if is a class", {"if": S, "then": N}, S, (K.TYPE_CHANGED,), (K.TYPE_CHANGED,)),
]

OBJECTS = [
    Row("became required", things({"a": S}), things({"a": S}, required=["a"]), (K.REQUIRED_ADDED,), ()),
    Row("became required, with a default", things({"a": S}), things({"a": texts(default="")}, required=["a"])),
    Row("required, but not declared by both", things(), things(required=["a"])),
    Row("minProperties added", things(), things(minProperties=1), (K.BOUND_TIGHTENED,), ()),
    Row("minProperties raised", things(minProperties=1), things(minProperties=2), (K.BOUND_TIGHTENED,), ()),
    Row("maxProperties added", things(), things(maxProperties=1), (K.BOUND_TIGHTENED,), ()),
    Row("maxProperties lowered", things(maxProperties=2), things(maxProperties=1), (K.BOUND_TIGHTENED,), ()),
    Row("dependency added", things(), things(dependencies={"a": ["b"]}), (K.DEPENDENCY_ADDED,), ()),
    Row("dependency extended", things(dependencies={"a": ["b"]}), things(dependencies={"a": ["b", "c"]}),
        (K.DEPENDENCY_ADDED,), ()),
    Row("dependency changed", things(dependencies={"a": ["b"]}), things(dependencies={"a": ["c"]}),
        (K.DEPENDENCY_ADDED,), (K.DEPENDENCY_ADDED,)),
    Row("dependency schema added", things(), things(dependencies={"a": S}), (K.DEPENDENCY_ADDED,), ()),
    Row("dependency schemas are compared", things(dependencies={"a": INT}), things(dependencies={"a": N}),
        (), (K.TYPE_NARROWED,)),
    Row("further properties forbidden", things(), things(**CLOSED), (K.ADDITIONAL_PROPERTIES_NARROWED,), ()),
    Row("further properties of a schema", things(), things(**OF_TEXT), (K.ADDITIONAL_PROPERTIES_NARROWED,), ()),
    Row("a schema, then forbidden", things(**OF_TEXT), things(**CLOSED), (K.ADDITIONAL_PROPERTIES_NARROWED,), ()),
    Row("two schemas of further properties", things(additionalProperties=INT), things(additionalProperties=N),
        (), (K.TYPE_NARROWED,)),
    Row("absent is true", things(), things(additionalProperties=True)),
    Row("{} is a schema", things(), things(additionalProperties={}), (K.ADDITIONAL_PROPERTIES_NARROWED,), ()),
    Row("unevaluated forbidden", things(), things(unevaluatedProperties=False), (K.ADDITIONAL_PROPERTIES_NARROWED,),
        ()),
    Row("patterns are not compared", things(patternProperties={"a": S}), things(patternProperties={"b": N})),
    Row("propertyNames are not compared", things(propertyNames={"maxLength": 3}), things()),
    Row("properties are compared", things({"a": INT}), things({"a": N}), (), (K.TYPE_NARROWED,)),
    # added (backward) and removed (forward): open, partially open, closed
    Row("open: added", things(), things({"a": S}), (K.PROPERTY_ADDED_OPEN,), ()),
    Row("open: added, empty", things(), things({"a": {}})),
    Row("open: added, true", things(), things({"a": True})),
    Row("open: added, required with default", things(), things({"a": texts(default="")}, required=["a"]),
        (K.PROPERTY_ADDED_OPEN,), ()),
    Row("open: added, required", things(), things({"a": S}, required=["a"]), (K.REQUIRED_ADDED_OPEN,), ()),
    Row("closed: added", things(**CLOSED), things({"a": S}, **CLOSED), (), (K.PROPERTY_REMOVED_CLOSED,)),
    Row("closed: added, never there", things(**CLOSED), things({"a": False}, **CLOSED)),
    Row("closed: added, required with default", things(**CLOSED),
        things({"a": texts(default="")}, required=["a"], **CLOSED), (), (K.PROPERTY_REMOVED_CLOSED,)),
    Row("closed: added, required", things(**CLOSED), things({"a": S}, required=["a"], **CLOSED),
        (K.REQUIRED_PROPERTY_ADDED,), (K.PROPERTY_REMOVED_CLOSED,)),
    Row("partial: covered", things(additionalProperties=S), things({"a": S}, **OF_TEXT), (), ()),
    Row("partial: wider", things(additionalProperties=INT), things({"a": N}, additionalProperties=INT),
        (), (K.PROPERTY_REMOVED_NOT_COVERED,)),
    Row("partial: narrower", things(**OF_NUMBERS), things({"a": INT}, **OF_NUMBERS),
        (K.PROPERTY_ADDED_NOT_COVERED,), ()),
    Row("partial: covered, but required", things(**OF_TEXT), things({"a": S}, required=["a"], **OF_TEXT),
        (K.REQUIRED_PROPERTY_ADDED,), ()),
    Row("partial: the pattern covers", things(patternProperties={"^a": INT}, **OF_TEXT),
        things({"ab": N}, patternProperties={"^a": INT}, **OF_TEXT), (), (K.PROPERTY_REMOVED_NOT_COVERED,)),
    Row("partial: no pattern matches, nothing else is said: closed", things(patternProperties={"^a": INT}),
        things({"b": N}, patternProperties={"^a": INT}), (), (K.PROPERTY_REMOVED_CLOSED,)),
    Row("partial: unevaluated covers", things(unevaluatedProperties=INT), things({"a": N}, unevaluatedProperties=INT),
        (), (K.PROPERTY_REMOVED_NOT_COVERED,)),
    Row("added below an open model that closes", things(**CLOSED), things({"a": S}), (),
        (K.ADDITIONAL_PROPERTIES_NARROWED, K.PROPERTY_REMOVED_CLOSED)),
]  # fmt: skip

ARRAYS = [
    Row("minItems", lists(minItems=1), lists(minItems=2), (K.BOUND_TIGHTENED,), ()),
    Row("minItems added", lists(), lists(minItems=2), (K.BOUND_TIGHTENED,), ()),
    Row("maxItems", lists(maxItems=2), lists(maxItems=1), (K.BOUND_TIGHTENED,), ()),
    Row("maxItems added", lists(), lists(maxItems=1), (K.BOUND_TIGHTENED,), ()),
    Row("minContains", lists(minContains=1), lists(minContains=2), (K.BOUND_TIGHTENED,), ()),
    Row("maxContains", lists(maxContains=2), lists(maxContains=1), (K.BOUND_TIGHTENED,), ()),
    Row("uniqueItems added", lists(), lists(uniqueItems=True), (K.UNIQUE_ADDED,), ()),
    Row("contains is not looked at", lists(contains=S), lists(contains=N)),
    Row("items are compared", lists(items=INT), lists(items=N), (), (K.TYPE_NARROWED,)),
    Row("items added", lists(), lists(items=S), (K.ITEMS_ADDED,), ()),
    Row("further items forbidden", lists(items=[S]), lists(items=[S], additionalItems=False),
        (K.ADDITIONAL_ITEMS_NARROWED,), ()),
    Row("further items of a schema", lists(items=[S]), lists(items=[S], additionalItems=S),
        (K.ADDITIONAL_ITEMS_NARROWED,), ()),
    Row("two schemas of further items", lists(items=[S], additionalItems=INT), lists(items=[S], additionalItems=N),
        (), (K.TYPE_NARROWED,)),
    Row("unevaluated items forbidden", lists(), lists(unevaluatedItems=False), (K.ADDITIONAL_ITEMS_NARROWED,), ()),
    Row("positions are compared", lists(items=[S, INT]), lists(items=[S, N]), (), (K.TYPE_NARROWED,)),
    Row("open: position added", lists(items=[S]), lists(items=[S, S]), (K.POSITION_ADDED_OPEN,), ()),
    Row("open: position added, empty", lists(items=[S]), lists(items=[S, {}])),
    Row("closed: position added", lists(items=[S], additionalItems=False), lists(items=[S, S], additionalItems=False),
        (), (K.POSITION_REMOVED_CLOSED,)),
    Row("closed: position added, never there", lists(items=[S], additionalItems=False),
        lists(items=[S, False], additionalItems=False)),
    Row("partial: position covered", lists(items=[S], additionalItems=N), lists(items=[S, N], additionalItems=N)),
    Row("partial: position narrower", lists(items=[S], additionalItems=N), lists(items=[S, INT], additionalItems=N),
        (K.POSITION_ADDED_NOT_COVERED,), ()),
    Row("partial: position wider", lists(items=[S], additionalItems=INT), lists(items=[S, N], additionalItems=INT),
        (), (K.POSITION_REMOVED_NOT_COVERED,)),
]  # fmt: skip

LONG, SHORT = texts(maxLength=9), texts(maxLength=3)
COMBINED = [
    Row("one of several reads it", S, {"anyOf": [N, S]}, (), (K.TYPE_CHANGED,)),
    Row("one of a list of types reads it", S, {"type": ["null", "string"]}, (), (K.TYPE_CHANGED,)),
    Row("none of several reads it", B, {"oneOf": [N, S]}, (K.TYPE_CHANGED,), (K.TYPE_CHANGED,)),
    Row("all of several are asked", S, {"allOf": [S, {"maxLength": 3}]}, (K.TYPE_CHANGED,), ()),
    Row("single branches are compared directly", INT, {"allOf": [N]}, (), (K.TYPE_NARROWED,)),
    Row("a single branch of a sum, too", INT, {"oneOf": [N]}, (), (K.TYPE_NARROWED,)),
    Row("type and enum are two groups", S, {"type": "string", "enum": ["a"]}, (K.TYPE_CHANGED,), ()),
    Row("a combination reads nothing", False, {"allOf": [S, N]}, (), (K.TYPE_CHANGED,)),
    Row("empty reads a combination", {"anyOf": [S, N]}, {}, (), (K.TYPE_CHANGED,)),
    Row("allOf to anyOf", {"allOf": [S, N]}, {"anyOf": [S, N]}, (), (K.CRITERION_CHANGED,)),
    Row("oneOf to anyOf", {"oneOf": [S, N]}, {"anyOf": [S, N]}, (), (K.CRITERION_CHANGED,)),
    Row("allOf to oneOf", {"allOf": [S, N]}, {"oneOf": [S, N]}, (K.CRITERION_CHANGED,), (K.CRITERION_CHANGED,)),
    Row("both single", {"allOf": [S]}, {"oneOf": [S]}),
    Row("a single to oneOf", {"allOf": [S]}, {"oneOf": [S, N]}, (), (K.CRITERION_CHANGED,)),
    Row("allOf to a single", {"allOf": [S, N]}, {"oneOf": [S]}, (), (K.CRITERION_CHANGED,)),
    Row("branch added to a sum", {"oneOf": [S]}, {"oneOf": [S, N]}, (), (K.SUM_NARROWED,)),
    Row("branch added to a product", {"allOf": [S]}, {"allOf": [S, N]}, (K.PRODUCT_EXTENDED,), ()),
    Row("equal branches count once", {"oneOf": [S, S]}, {"oneOf": [S]}),
    Row("an annotation makes another branch", {"oneOf": [S, {**S, "title": "x"}]}, {"oneOf": [S]},
        (K.SUM_NARROWED,), ()),
    Row("order of branches", {"anyOf": [S, N]}, {"anyOf": [N, S]}),
    Row("branch replaced", {"anyOf": [S, N]}, {"anyOf": [S, B]}, (K.BRANCHES_DIFFER,), (K.BRANCHES_DIFFER,)),
    # Both old branches are read by LONG, one of them also by SHORT: only one matching covers them.
    Row("counterparts by a matching", {"anyOf": [SHORT, texts(maxLength=5)]}, {"anyOf": [LONG, texts(maxLength=4)]},
        (), (K.BRANCHES_DIFFER,)),
    Row("one counterpart for two", {"anyOf": [SHORT, texts(maxLength=5)]}, {"anyOf": [LONG, texts(maxLength=2)]},
        (K.BRANCHES_DIFFER,), (K.BRANCHES_DIFFER,)),
]  # fmt: skip

ROWS = [*SCALARS, *OBJECTS, *ARRAYS, *COMBINED]
