"""The three schema languages behind one form, for `nilometer schema`. Each is imported when it is used.

language    files     dialect unless another is named    what data do comes from
avro        .avsc     avro-java                          drawn values, read as the specification says
json        .json     confluent                          instances at every edge, judged by both schemas
protobuf    .proto    confluent                          a grade, and the field that decides it: hardly any bytes fail
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from nilometer_models.schema.difference import Difference

SEED = 1
SUFFIXES = {".avsc": "avro", ".json": "json", ".proto": "protobuf"}


class Unusable(Exception):
    """A schema, a dialect or a language that cannot be used; the message says why."""


@dataclass(frozen=True)
class Language:
    """What `nilometer schema` asks of a language. Schemas are the language's own graphs."""

    name: str
    dialects: Sequence[str]
    """The first is the default."""
    parse: Callable[[str], Any]
    differences: Callable[[str, Any, Any], Sequence[Difference]]
    """(dialect, reader, writer) -> what breaks, and what differs without breaking."""
    witness: Callable[[str, Any, Any], str | None]
    """(dialect, reader, writer) of a pair that is not compatible -> a line that says what data do; None: not known."""
    remark: Callable[[str, Any, Any], str] = lambda *_: ""
    """Of a pair that is compatible: what reaches the reader."""


def _avro() -> Language:
    from nilometer_models.schema import avro  # noqa: PLC0415 - only the language that is asked for
    from nilometer_models.schema.avro.dialects import SAME_AS  # noqa: PLC0415
    from nilometer_models.schema.avro.meaning import Grade, grade, witness  # noqa: PLC0415
    from nilometer_models.schema.avro.values import shown  # noqa: PLC0415

    remarks = {
        Grade.NONE: "compatible by the rules, but not every value can be read",
        Grade.DEFINED: "every value is read, but may mean something else to the reader",
        Grade.FAITHFUL: "every value is read; some are rounded or become a default",
        Grade.LOSSLESS: "every value is read, and nothing that the reader declares is lost",
    }

    def parse(text: str) -> avro.Schema:
        try:
            return avro.parse(text)
        except avro.NotAvro as refused:
            raise Unusable(str(refused)) from None

    def failing(dialect: str, reader: avro.Schema, writer: avro.Schema) -> str | None:
        found = witness(reader, writer, Random(SEED), avro.dialect(dialect))
        return None if found is None else f"a value that fails: {shown(writer, found.value)}  ({found.sentence})"

    return Language(
        "avro",
        (*avro.DIALECTS, *SAME_AS),
        parse,
        lambda dialect, reader, writer: avro.all_differences(reader, writer, avro.dialect(dialect)),
        failing,
        lambda dialect, reader, writer: remarks[grade(reader, writer, avro.dialect(dialect))],
    )


def _json() -> Language:
    from nilometer_models.schema import json_schema  # noqa: PLC0415
    from nilometer_models.schema.json_schema.semantic import Verdict, contained  # noqa: PLC0415

    def parse(text: str) -> json_schema.Schema:
        try:
            return json_schema.parse(text)
        except json_schema.NotJsonSchema as refused:
            raise Unusable(str(refused)) from None

    def failing(_: str, reader: json_schema.Schema, writer: json_schema.Schema) -> str | None:
        found = contained(reader, writer)
        if found.verdict is not Verdict.REFUTED:
            return None
        return f"a value that fails: {json.dumps(found.witness, default=str)}  ({found.reason})"

    def remark(_: str, reader: json_schema.Schema, writer: json_schema.Schema) -> str:
        found = contained(reader, writer)
        if found.verdict is Verdict.REFUTED:
            shown = json.dumps(found.witness, default=str)
            return f"compatible by the rules, but the reader refuses {shown}: {found.reason}"
        return f"every value is read: {found.reason}" if found.verdict is Verdict.PROVED else found.reason

    return Language(
        "json",
        tuple(json_schema.DIALECTS),
        parse,
        lambda dialect, reader, writer: json_schema.all_differences(reader, writer, json_schema.dialect(dialect)),
        failing,
        remark,
    )


def _protobuf() -> Language:
    from nilometer_models.schema import protobuf  # noqa: PLC0415
    from nilometer_models.schema.protobuf.meaning import Grade, report  # noqa: PLC0415

    words = {
        Grade.NONE: "some bytes cannot be parsed",
        Grade.DEFINED: "all bytes are parsed, but a field may get another value",
        Grade.FAITHFUL: "all bytes are parsed; a value may be cut",
        Grade.LOSSLESS: "all bytes are parsed, and every field that both know keeps its value",
    }

    def parse(text: str) -> protobuf.Schema:
        try:
            return protobuf.parse(text)
        except protobuf.NotProtobuf as refused:
            raise Unusable(str(refused)) from None

    def bytes_do(_: str, reader: protobuf.Schema, writer: protobuf.Schema) -> str:
        found = report(reader, writer)
        where = f" ({found.where})" if found.where else ""
        unset = "" if found.initialised else "; a required field may be unset"
        return f"what bytes do: {words[found.grade]}{where}{unset}"

    return Language(
        "protobuf",
        tuple(protobuf.DIALECTS),
        parse,
        lambda dialect, reader, writer: protobuf.all_differences(reader, writer, protobuf.dialect(dialect)),
        bytes_do,
        bytes_do,
    )


LANGUAGES: dict[str, Callable[[], Language]] = {"avro": _avro, "json": _json, "protobuf": _protobuf}


def language(name: str) -> Language:
    """By name; `Unusable` where its libraries are missing."""
    try:
        return LANGUAGES[name]()
    except ImportError as missing:
        raise Unusable(f"{name} needs {missing.name}: pip install 'nilometer[schema]'") from None


def language_of(path: Path) -> str | None:
    """From the suffix of a file."""
    return SUFFIXES.get(path.suffix)
