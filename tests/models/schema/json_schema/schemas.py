"""Generated schemas, and what may be done to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Written = Any
small = st.integers(0, 3)


def _with(kind: str, **words: st.SearchStrategy[Any]) -> st.SearchStrategy[Written]:
    return st.fixed_dictionaries({"type": st.just(kind)}, optional=words)


leaves = st.one_of(
    _with("string", maxLength=small, minLength=small, pattern=st.sampled_from(["a", "^b"]), default=st.just("a")),
    _with("number", maximum=small, minimum=small, exclusiveMaximum=small, multipleOf=st.integers(1, 4)),
    _with("integer", maximum=small, default=st.just(0)),
    st.sampled_from([{"type": "boolean"}, {"type": "null"}, {}, True, False, {"$ref": "#/$defs/a"}, {"$ref": "#"}]),
    st.lists(st.sampled_from([1, True, "a", None]), min_size=1, max_size=3).map(lambda values: {"enum": values}),
    st.sampled_from([{"const": 1}, {"type": ["string", "null"]}, {"type": "string", "enum": ["a", "b"]}]),
)
names = st.sampled_from("ab")


def _larger(inner: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    few = st.lists(inner, min_size=1, max_size=3)
    further = st.booleans() | inner
    return st.one_of(
        _with(
            "object", properties=st.dictionaries(names, inner, max_size=2), additionalProperties=further,
            required=st.lists(names, unique=True), patternProperties=st.dictionaries(st.just("^b"), inner, max_size=1),
            dependencies=st.dictionaries(names, inner | st.lists(names, unique=True), max_size=1), minProperties=small,
        ),
        _with(
            "array", items=inner | few, additionalItems=further, minItems=small, maxItems=small,
            uniqueItems=st.booleans(),
        ),
        st.tuples(st.sampled_from(["allOf", "anyOf", "oneOf"]), few).map(lambda both: {both[0]: both[1]}),
        inner.map(lambda one: {"not": one}),
    )  # fmt: skip


bodies = st.recursive(leaves, _larger, max_leaves=6)


def _root(body: Written, definition: Written) -> Written:
    # The root must not be nothing but a reference to itself.
    return {"allOf": [body, {"type": "string"}] if body == {"$ref": "#"} else [body], "$defs": {"a": definition}}


schemas = st.builds(_root, bodies, bodies.filter(lambda body: body not in ({"$ref": "#/$defs/a"}, {"$ref": "#"})))


def objects(written: Written) -> Iterator[dict[str, Any]]:
    """Every schema object that is no reference, in positive places: not below `not`, nor in a dependency."""
    if not isinstance(written, dict):
        return
    if "$ref" not in written:
        yield written
    for word in ("properties", "patternProperties", "$defs"):
        for inner in written.get(word, {}).values():
            yield from objects(inner)
    for word in ("allOf", "anyOf", "oneOf", "items", "additionalProperties", "additionalItems"):
        inner = written.get(word)
        for one in inner if isinstance(inner, list) else [inner]:
            yield from objects(one)
