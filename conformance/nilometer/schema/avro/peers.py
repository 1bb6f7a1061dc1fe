"""Decoders and checkers that we did not write, behind one form of answer.

peer        what it is asked                                   what it needs
fastavro    decode: writer, reader, bytes                      PyPI
Avro Java   SchemaCompatibility; GenericDatumReader            the extra `avro-java`, a JDK; one JVM for thousands

A decoded value is put in one plain form, so that peers and model can be compared: floats by their bits, bytes as hex.
"""

from __future__ import annotations

import importlib.resources
import io
import json
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import fastavro
from fastavro.types import Schema as FastSchema

from nilometer.extras.errors import ExtraError
from nilometer.extras.java import find_java
from nilometer.extras.maven import class_path
from nilometer_models.schema.avro.dialects import Kind


class NoPeer(Exception):
    """The peer cannot be had here; the message says how to get it."""


@dataclass(frozen=True)
class Failed:
    """What a peer said instead of a value."""

    reason: str


def plain(value: Any) -> Any:
    """A value in the common form."""
    match value:
        case float():
            return {"float": struct.pack(">d", value).hex()}
        case bytes():
            return {"bytes": value.hex()}
        case list():
            return [plain(one) for one in value]
        case dict():
            return {key: plain(one) for key, one in value.items()}
    return value


def without_logical_types(text: str) -> str:
    """fastavro turns values of logical types into dates and decimals, and fails on those that are none."""
    return json.dumps(json.loads(text, object_hook=lambda one: {k: v for k, v in one.items() if k != "logicalType"}))


class Fastavro:
    """One pair, parsed once."""

    def __init__(self, reader: str, writer: str) -> None:
        self.reader: FastSchema = fastavro.parse_schema(json.loads(without_logical_types(reader)))
        self.writer: FastSchema = fastavro.parse_schema(json.loads(without_logical_types(writer)))

    def read(self, data: bytes) -> Any:
        """The value in the common form, or `Failed`."""
        try:
            stream = io.BytesIO(data)
            value = fastavro.schemaless_reader(stream, self.writer, self.reader)
        except Exception as error:
            return Failed(f"{type(error).__name__}: {error}")
        return plain(value) if stream.tell() == len(data) else Failed("bytes are left")


@dataclass(frozen=True)
class Answer:
    """What Avro Java says of a pair."""

    compatible: bool
    kinds: tuple[str, ...]
    values: tuple[Any, ...]
    """In the common form, or `Failed`."""
    resolves: bool = False
    """What `SchemaValidator` says, which resolves the two schemas as the decoder does."""


JAVA_KINDS = {
    Kind.TYPE: "TYPE_MISMATCH", Kind.NAME: "NAME_MISMATCH", Kind.RECORD_NAME: "NAME_MISMATCH",
    Kind.FIXED_SIZE: "FIXED_SIZE_MISMATCH", Kind.ENUM_SYMBOLS: "MISSING_ENUM_SYMBOLS",
    Kind.UNION_BRANCH: "MISSING_UNION_BRANCH", Kind.DEFAULT: "READER_FIELD_MISSING_DEFAULT_VALUE",
    Kind.AMBIGUOUS_FIELD: "THROWN",
}  # fmt: skip
"""Our kinds as Java spells them."""


class AvroJava:
    """A JVM that answers line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout

    def ask(self, reader: str, writer: str, data: Sequence[bytes] = ()) -> Answer:
        """Verdict and values of one pair. ValueError if Java does not take a schema."""
        question = {"reader": reader, "writer": writer, "data": [one.hex() for one in data]}
        self._in.write(json.dumps(question) + "\n")
        self._in.flush()
        answer = json.loads(self._out.readline())
        if "refused" in answer:
            raise ValueError(answer["refused"])
        values = tuple(_value(one) for one in answer["values"])
        return Answer(answer["compatible"], tuple(answer["kinds"]), values, answer["resolves"])


def _value(answered: Any) -> Any:
    return Failed(answered["error"]) if isinstance(answered, dict) and set(answered) == {"error"} else answered


@contextmanager
def avro_java() -> Iterator[AvroJava]:
    """A JVM for the block; `NoPeer` where the extra or a JDK is missing."""
    try:
        jars, java = class_path("avro-java"), find_java()
    except ExtraError as error:
        raise NoPeer(str(error)) from None
    if not (java.home / "bin" / "javac").exists():
        raise NoPeer(
            f"Java at {java.home} has no compiler, which AvroPeer.java needs (Debian: openjdk-17-jdk-headless)"
        )
    with importlib.resources.as_file(importlib.resources.files(__package__) / "AvroPeer.java") as source:
        options = ["-Xmx300m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        command = [str(java.path), *options, "-cp", jars, str(source)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        yield AvroJava(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)
