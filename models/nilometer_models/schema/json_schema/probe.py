"""Every keyword, tightened, relaxed and changed, in each place where a schema may stand: what a checker says of it.

    python -m nilometer_models.schema.json_schema.probe > models/nilometer_models/schema/json_schema/keywords.txt

A checker is asked whether the changed schema reads what the old one wrote, and data are asked, too (`semantic.py`). So
any dialect documents itself, ours as well as another registry's, without lists by hand.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from nilometer_models.schema.json_schema.dialects import DIALECTS
from nilometer_models.schema.json_schema.nodes import Schema
from nilometer_models.schema.json_schema.parse import parse
from nilometer_models.schema.json_schema.rules import can_read
from nilometer_models.schema.json_schema.semantic import Verdict, contained

Written: TypeAlias = dict[str, Any] | bool
Checker: TypeAlias = Callable[[Schema, Schema], bool]
"""(reader, writer) -> compatible."""

LATE = "https://json-schema.org/draft/2020-12/schema"
EARLY = "http://json-schema.org/draft-07/schema#"
S, N, INT = {"type": "string"}, {"type": "number"}, {"type": "integer"}


class Probe(NamedTuple):
    """A keyword in a draft: loose and tight (to be changed both ways), and one other value to change `tight` to."""

    keyword: str
    draft: str
    loose: Written
    tight: Written
    other: Written | None = None


def _typed(kind: str, draft: str, **words: tuple[Any, Any, Any]) -> list[Probe]:
    """Keywords of one type; None: the keyword is missing."""

    def written(keyword: str, value: Any) -> Written:
        return {"type": kind} if value is None else {"type": kind, keyword: value}

    return [Probe(keyword, draft, *(written(keyword, value) for value in values)) for keyword, values in words.items()]


PROBES = [
    Probe("type", LATE, {"type": ["string", "null"]}, S, N),
    Probe("type: integer", LATE, N, INT),
    Probe("enum", LATE, {"enum": ["a", "b"]}, {"enum": ["a"]}, {"enum": ["c"]}),
    Probe("const", LATE, {}, {"const": "a"}, {"const": "b"}),
    *_typed(
        "number", LATE, multipleOf=(2, 4, 6), maximum=(9, 5, None), exclusiveMaximum=(9, 5, None),
        minimum=(1, 5, None), exclusiveMinimum=(1, 5, None),
    ),
    *_typed(
        "string", LATE, maxLength=(9, 5, None), minLength=(1, 5, None), pattern=(None, "^a", "^é"),
        format=(None, "date", "email"), contentEncoding=(None, "base64", "base16"),
        contentMediaType=(None, "application/json", "text/html"),
    ),
    *_typed(
        "array", LATE, items=(N, INT, S), prefixItems=([N], [INT], [S]), contains=(N, INT, S), maxItems=(4, 2, None),
        minItems=(1, 2, None), uniqueItems=(False, True, None), unevaluatedItems=(True, False, S),
    ),
    Probe("prefixItems: one more", LATE, {"prefixItems": [S]}, {"prefixItems": [S, S]}),
    Probe("items after prefixItems", LATE, {"prefixItems": [S]}, {"prefixItems": [S], "items": False}),
    Probe("minContains", LATE, {"contains": N}, {"contains": N, "minContains": 2}),
    Probe("maxContains", LATE, {"contains": N}, {"contains": N, "maxContains": 1}),
    Probe("items: a list", EARLY, {"items": [N]}, {"items": [INT]}, {"items": [S]}),
    Probe("additionalItems", EARLY, {"items": [N]}, {"items": [N], "additionalItems": False},
          {"items": [N], "additionalItems": S}),
    *_typed(
        "object", LATE, properties=({"a": N}, {"a": INT}, {"a": S}), patternProperties=({"a": N}, {"a": INT}, {"a": S}),
        additionalProperties=(True, False, S), unevaluatedProperties=(True, False, S),
        propertyNames=(None, {"maxLength": 2}, {"minLength": 2}), minProperties=(None, 1, 2),
        maxProperties=(None, 1, 0), required=(None, ["a"], ["b"]), dependentRequired=(None, {"a": ["b"]}, {"a": ["c"]}),
        dependentSchemas=(None, {"a": {"required": ["b"]}}, {"a": {"required": ["c"]}}),
    ),
    *_typed(
        "object", EARLY, dependencies=(None, {"a": ["b"]}, {"a": {"required": ["c"]}}),
    ),
    Probe("properties: one more", LATE, {"properties": {}}, {"properties": {"a": S}}),
    Probe("properties: one more, closed", LATE, {"properties": {"a": S}, "additionalProperties": False},
          {"properties": {}, "additionalProperties": False}),
    Probe("required, declared", LATE, {"properties": {"a": S}}, {"properties": {"a": S}, "required": ["a"]}),
    Probe("required, with default", LATE, {"properties": {"a": S}},
          {"properties": {"a": {**S, "default": ""}}, "required": ["a"]}),
    Probe("allOf", LATE, {"allOf": [N]}, {"allOf": [N, INT]}, {"allOf": [N, S]}),
    Probe("anyOf", LATE, {"anyOf": [S, N]}, {"anyOf": [N]}, {"anyOf": [{"type": "null"}]}),
    Probe("oneOf", LATE, {"oneOf": [S, N]}, {"oneOf": [N]}, {"oneOf": [{"type": "null"}]}),
    Probe("not", LATE, {"not": INT}, {"not": N}, {"not": S}),
    Probe("if, then", LATE, {"if": N}, {"if": N, "then": INT}, {"if": N, "then": False}),
    Probe("$ref", LATE, {"$ref": "#/$defs/loose"}, {"$ref": "#/$defs/tight"}, {"$ref": "#/$defs/other"}),
    Probe("default", LATE, S, {**S, "default": "a"}, {**S, "default": "b"}),
    Probe("title", LATE, S, {**S, "title": "a"}, {**S, "title": "b"}),
    Probe("true, false", LATE, True, False),
]  # fmt: skip

DEFINITIONS = {"loose": N, "tight": INT, "other": S}
OTHERWISE = {"const": "otherwise"}
PLACES: dict[str, Callable[[Written], dict[str, Any]]] = {
    "alone": lambda written: written if isinstance(written, dict) else {"allOf": [written]},
    "properties": lambda written: {"type": "object", "properties": {"p": written}},
    "items": lambda written: {"type": "array", "items": written},
    "oneOf": lambda written: {"oneOf": [written, OTHERWISE]},
    "allOf": lambda written: {"allOf": [written, {"title": "and"}]},
    "not": lambda written: {"not": written},
}


def document(probe: Probe, place: str, written: Written) -> Schema:
    """The keyword's schema in a place."""
    definitions = {"$defs": DEFINITIONS} if probe.keyword == "$ref" else {}
    return parse(json.dumps({"$schema": probe.draft, **definitions, **PLACES[place](written)}))


def changes(probe: Probe) -> Iterator[tuple[str, Written, Written]]:
    """(what is done, old, new)."""
    yield "tighten", probe.loose, probe.tight
    yield "relax", probe.tight, probe.loose
    if probe.other is not None and probe.other != probe.loose:
        yield "change", probe.tight, probe.other


def judged(says: bool, verdict: Verdict) -> str:
    """A sound checker never shows `yes!`."""
    if says:
        return {Verdict.REFUTED: "yes!", Verdict.PROVED: "yes", Verdict.UNKNOWN: "yes?"}[verdict]
    return {Verdict.REFUTED: "no", Verdict.PROVED: "no!", Verdict.UNKNOWN: "no?"}[verdict]


LEGEND = """\
Does the new schema read what the old one wrote? What a checker says, and what data say of it.

  no     refused, and a value shows why           yes    accepted, and that is proved
  no?    refused; no value was found that fails   yes?   accepted; no value was found that fails, and there is no proof
  no!    refused, though it is proved             yes!   ACCEPTED, THOUGH A VALUE FAILS

Draft 2020-12; where marked 7, draft-07. Generated by nilometer_models.schema.json_schema.probe.
"""


class Question(NamedTuple):
    """One cell."""

    new: Schema
    old: Schema
    verdict: Verdict


def questions() -> list[tuple[str, list[Question]]]:
    """The table without answers: the words that a line begins with, and its cells."""
    found = []
    for probe in PROBES:
        for done, old, new in changes(probe):
            pairs = [(document(probe, place, new), document(probe, place, old)) for place in PLACES]
            keyword = probe.keyword + (" (7)" if probe.draft == EARLY else "")
            cells = [Question(*pair, contained(*pair, mixed=0).verdict) for pair in pairs]
            found.append((f"{keyword:31}{done:9}", cells))
    return found


def table(checkers: Mapping[str, Checker], asked: Sequence[tuple[str, list[Question]]]) -> str:
    """One block a checker."""
    lines = [LEGEND]
    for name, checker in checkers.items():
        lines.append(f"{name}\n\n  {'keyword':31}{'change':9}" + "".join(f"{place:12}" for place in PLACES).rstrip())
        for words, cells in asked:
            told = [judged(checker(one.new, one.old), one.verdict) for one in cells]
            lines.append(f"  {words}" + "".join(f"{one:12}" for one in told).rstrip())
        lines.append("")
    return "\n".join(lines)


def ours() -> dict[str, Checker]:
    """Every dialect of this package."""

    def checker(name: str) -> Checker:
        return lambda reader, writer: not can_read(DIALECTS[name], reader, writer)

    return {name: checker(name) for name in DIALECTS}


if __name__ == "__main__":
    print(table(ours(), questions()), end="")
