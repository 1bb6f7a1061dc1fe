"""Schema compatibility: what the modes permit in Avro, what the dialects say otherwise, where decoders disagree."""

from __future__ import annotations

import json
from collections.abc import Mapping

from nilometer.documentation import markdown
from nilometer.documentation.markdown import escape, table
from nilometer.schema.avro.campaign import EXPLAINED
from nilometer.schema.avro.known import KNOWN, Known
from nilometer.schema.avro.peers import Failed
from nilometer.schema.chapter import ROWS, Row
from nilometer.schema.json_schema.known import LOOSER, MISJUDGED, NO_ROOM, STRICTER, Witnessed
from nilometer_models.schema.avro.dialects import DIALECTS, SAME_AS
from nilometer_models.schema.avro.parse import parse
from nilometer_models.schema.avro.permits import TABLE
from nilometer_models.schema.avro.values import shown
from nilometer_models.schema.modes import TABLE as MODES
from nilometer_models.schema.modes import Direction

INTRODUCTION = """\
`nilometer schema OLD NEW` asks these rules; exit code 0: NEW may follow, 1: it may not. Three things are called
compatible, and kept apart here: what an implementation answers (a dialect), what a specification says, and what data
do."""

DISAGREEMENTS = """\
Minimal pairs on which rules, the specification's meaning, fastavro 1.13.1 and Apache Avro Java 1.11.5 do not agree; a
test runs each again. `python -m nilometer.schema.avro --pairs 100000` finds no others."""

JSON = """\
The rules are those of Confluent's registry. Minimal pairs on which they do not answer as data do, and where
jsonsubschema 0.0.8, a checker of containment, is wrong; a test runs each again. They come from 4,500 pairs of
`python -m nilometer.schema.json_schema --pairs 1500 --seed N`, N being 5, 6 and 7, which finds no others there; other
seeds may. It needs the extra `json-checkers`."""

PROTOBUF = """\
Nowhere on 1,300 pairs: `python -m nilometer.schema.protobuf --pairs 800 --seed 7 --buf --confluent` asks `buf`
1.75.0 (WIRE and CSR) and Confluent's checker 7.0.16 about every pair, and finds that each answers as the dialect of its
name; what CSR accepts, WIRE and Confluent accept. It needs the extras `buf` and `confluent-java`."""


def page() -> str:
    """The whole page."""
    return markdown.page(
        "Schema compatibility",
        INTRODUCTION,
        "## Modes",
        _modes(),
        "## What the modes permit in Avro",
        table(("change, old to new", "BACKWARD", "FORWARD", "FULL"), _permits()),
        "## What is often said",
        table(("said", "true"), [[escape(row.said), escape(row.truth)] for row in ROWS]),
        *map(_examples, ROWS),
        "## Dialects of Avro",
        table(("dialect", "source", "registries that answer the same"), _dialects()),
        "## Where decoders of Avro disagree",
        DISAGREEMENTS,
        table(("reason", "in short"), [[f"`{name}`", escape(words)] for name, words in EXPLAINED.items()]),
        *map(_known, KNOWN),
        "## Where rules of JSON Schema and data part",
        JSON,
        table(("refused, though every value is read", "old", "new", "because"), _stricter()),
        table(("accepted, though a value is refused", "old", "new", "value"), _witnessed(LOOSER)),
        table(("jsonsubschema says contained", "old", "new", "value"), _witnessed(MISJUDGED)),
        "## Where rules of Protobuf and its checkers part",
        PROTOBUF,
    )


def _stricter() -> list[list[str]]:
    return [
        [
            kind.value,
            _code(known.writer),
            _code(known.reader),
            escape(known.why or "no value is large enough to differ"),
        ]
        for kind, known in (*STRICTER.items(), *NO_ROOM.items())
    ]


def _witnessed(rows: Mapping[str, Witnessed]) -> list[list[str]]:
    return [
        [escape(known.why or name), _code(known.writer), _code(known.reader), _code(known.value)]
        for name, known in rows.items()
    ]


def _code(value: object) -> str:
    return f"`{escape(json.dumps(value))}`"


def _modes() -> str:
    words = {Direction.BACKWARD: "the new schema reads the old", Direction.FORWARD: "the old schema reads the new"}
    rows = [
        [
            mode.value,
            "; ".join(words[direction] for direction in asks.directions) or "nothing",
            "-" if not asks.directions else "every version" if asks.transitive else "the last version",
        ]
        for mode, asks in MODES.items()
    ]
    return table(("mode", "asks", "of"), rows)


def _permits() -> list[list[str]]:
    return [[escape(words), *("yes" if one else "no" for one in row)] for words, row in TABLE.items()]


def _dialects() -> list[list[str]]:
    return [
        [f"`{one.name}`", escape(one.source), ", ".join(name for name, same in SAME_AS.items() if same is one) or "-"]
        for one in DIALECTS.values()
    ]


def _examples(row: Row) -> str:
    lines = [f"**{row.said}?**", "", "```text"]
    for example in row.examples:
        word = "allowed" if example.allowed else "refused"
        lines.append(f"{word}  {example.mode.value}")
        lines += [f"         {version}" for version in example.versions]
    return "\n".join([*lines, "```"])


def _known(row: Known) -> str:
    lines = [
        f"**{row.words}** (`{row.id}`)",
        "",
        "```text",
        f"reader   {row.reader}",
        f"writer   {row.writer}",
        f"value    {shown(parse(row.writer), row.value)}",
        f"verdict  ours {_verdict(row.compatible)}, Avro Java {_verdict(row.java_compatible)}",
        f"meaning  {_said(row.meaning)}",
        f"fastavro {_said(row.fastavro)}",
        f"Java     {_said(row.java)}",
        "```",
    ]
    return "\n".join(lines)


def _verdict(compatible: bool) -> str:
    return "compatible" if compatible else "not compatible"


def _said(answer: object) -> str:
    return "fails" if isinstance(answer, Failed) else ascii(answer)
