"""S14: verdicts on JSON Schema and Protobuf, against the published rules of those who make registries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nilometer.clients.registry import LATEST, HttpExchange
from nilometer.registries.routes import COMPATIBLE, SET_LEVEL
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import fresh
from nilometer.requirements.schemas._verdicts import says_compatible
from nilometer.run import Run
from nilometer.verdict import Reason

LEVELS = ("BACKWARD", "FORWARD", "FULL")
DRAFT = "http://json-schema.org/draft-07/schema#"
"""Written into every schema: Apicurio looks at the text to learn what it is."""
Reads = Callable[[str, str, str], bool]
"""(dialect, reader, writer)"""


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    made = {"type": "object", "properties": {name: {"type": kind} for name, kind in properties.items()}}
    return {**made, "additionalProperties": False, **({"required": list(required)} if required else {})}


def _proto(*fields: str) -> str:
    return 'syntax = "proto3"; message M { ' + " ".join(fields) + " }"


JSON_CHANGES: dict[str, tuple[Any, Any]] = {
    "an optional property is added to a closed object": (_object(a="string"), _object(a="string", b="string")),
    "a required property is added": (_object(a="string"), _object("b", a="string", b="string")),
    "a property becomes required": (_object(a="string"), _object("a", a="string")),
    "integer becomes number": ({"type": "integer"}, {"type": "number"}),
    "string becomes integer": ({"type": "string"}, {"type": "integer"}),
    "a value is added to an enum": (
        {"type": "string", "enum": ["X"]},
        {"type": "string", "enum": ["X", "Y"]},
    ),
    "the maximum length is lowered": ({"type": "string", "maxLength": 9}, {"type": "string", "maxLength": 5}),
    "a minimum is added": ({"type": "number"}, {"type": "number", "minimum": 1}),
    "the title changes": ({"type": "string", "title": "a"}, {"type": "string", "title": "b"}),
}
PROTOBUF_CHANGES: dict[str, tuple[Any, Any]] = {
    "a field is added": (_proto("string a = 1;"), _proto("string a = 1;", "int32 b = 2;")),
    "a field is removed": (_proto("string a = 1;", "int32 b = 2;"), _proto("string a = 1;")),
    "a field is renamed": (_proto("string a = 1;"), _proto("string b = 1;")),
    "int32 becomes int64": (_proto("int32 a = 1;"), _proto("int64 a = 1;")),
    "int32 becomes string": (_proto("int32 a = 1;"), _proto("string a = 1;")),
    "two fields move into a oneof": (
        _proto("string a = 1;", "string b = 2;"), _proto("oneof o { string a = 1; string b = 2; }"),
    ),
}  # fmt: skip
"""Old and new: what the published rules name."""


@dataclass
class Language:
    """One language of schemas, with the dialects that registries speak."""

    type: str
    changes: dict[str, tuple[str, str]]
    reads: Reads
    dialects: Sequence[str]
    """Those that registries speak."""

    def verdict(self, dialect: str, level: str, old: str, new: str) -> bool:
        """Whether `new` may follow `old`."""
        backward = level == "FORWARD" or self.reads(dialect, new, old)
        forward = level == "BACKWARD" or self.reads(dialect, old, new)
        return backward and forward


@dataclass(frozen=True)
class Answer:
    """What a registry says of a change."""

    what: str
    level: str
    says: bool
    by_dialect: dict[str, bool]
    evidence: tuple[HttpExchange, ...]


@requirement(
    id="S14",
    name="schema.published_verdicts",
    level="SHOULD",
    sentence="For JSON Schema and Protobuf the verdict on a change that the published rules name is that of a known "
    "dialect, the same one throughout",
    profiles=("schema",),
    sources=(
        "Confluent Schema Registry documentation, formats and compatibility",
        "Apicurio, Karapace, Redpanda: rules",
    ),
    apis={SET_LEVEL: 0, COMPATIBLE: 0},
    signatures={
        "json-says-yes": "a change of a JSON Schema is called compatible that the nearest dialect forbids",
        "json-says-no": "a change of a JSON Schema is called incompatible that the nearest dialect allows",
        "protobuf-says-yes": "a change of a Protobuf file is called compatible that the nearest dialect forbids",
        "protobuf-says-no": "a change of a Protobuf file is called incompatible that the nearest dialect allows",
    },
)
def check(run: Run) -> None:
    """Each change at BACKWARD, FORWARD and FULL, asked at the compatibility endpoint."""
    for make in (json_language, protobuf_language):
        try:
            language = make()
        except ImportError as missing:
            run.note(f"{missing.name} is not installed (nilometer[schema]): a language was not asked about")
            continue
        answers = [one for what in language.changes for one in _ask(run, language, what)]
        if answers:
            _judge(run, language, answers)


def _ask(run: Run, language: Language, what: str) -> Iterator[Answer]:
    old, new = language.changes[what]
    subject = fresh(run)
    made = run.registry.register(subject, old, type=language.type)
    if not made.ok:
        run.skip(Reason.REFUSED, f"{language.type} is not taken: {made.outcome} {made.text:.120}")
        return
    for level in LEVELS:
        run.registry.set_level(subject, level).needed()
        asked = run.registry.compatible(subject, new, LATEST, type=language.type)
        says = says_compatible(asked)
        if says is None:
            run.skip(Reason.REFUSED, f"{what}: {asked.outcome} {asked.text:.120}")
            continue
        verdicts = {one: language.verdict(one, level, old, new) for one in language.dialects}
        yield Answer(what, level, says, verdicts, (made, asked))


def _judge(run: Run, language: Language, answers: list[Answer]) -> None:
    """By the dialect that explains the most of them."""
    best = max(language.dialects, key=lambda one: sum(answer.by_dialect[one] == answer.says for answer in answers))
    words = {True: "compatible", False: "incompatible"}
    for one in answers:
        run.judge(
            one.says == one.by_dialect[best], f"{language.type.lower()}-says-{'yes' if one.says else 'no'}",
            expected=f"{words[not one.says]} at {one.level} by {best}, the nearest dialect: {one.what}",
            seen=words[one.says], evidence=one.evidence,
        )  # fmt: skip
    run.note(f"{language.type} is judged by {best}, the nearest dialect of {', '.join(language.dialects)}")


def json_language() -> Language:
    """Raises ImportError without its libraries."""
    from nilometer_models.schema import json_schema  # noqa: PLC0415 - needs libraries that are an extra

    def reads(dialect: str, reader: str, writer: str) -> bool:
        parsed = json_schema.parse(reader), json_schema.parse(writer)
        return not json_schema.can_read(json_schema.dialect(dialect), *parsed)

    def text(schema: dict[str, Any]) -> str:
        return json.dumps({"$schema": DRAFT, **schema})

    changes = {what: (text(old), text(new)) for what, (old, new) in JSON_CHANGES.items()}
    return Language("JSON", changes, reads, ("confluent", "confluent-lenient"))


def protobuf_language() -> Language:
    """Raises ImportError without its libraries."""
    from nilometer_models.schema import protobuf  # noqa: PLC0415 - needs libraries that are an extra

    def reads(dialect: str, reader: str, writer: str) -> bool:
        return not protobuf.can_read(protobuf.dialect(dialect), protobuf.parse(reader), protobuf.parse(writer))

    dialects = ("confluent", "confluent-by-number", "karapace", "redpanda", "apicurio")
    return Language("PROTOBUF", PROTOBUF_CHANGES, reads, dialects)
