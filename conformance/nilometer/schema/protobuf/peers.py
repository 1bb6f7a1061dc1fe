"""Checkers that we did not write, asked about a pair of files. Both are opt-in; `NoPeer` says what is missing.

peer               is                                                        answers
Buf("WIRE")        the program `buf` (extra `buf`), a process a question     rules of WIRE or CSR that are broken
ConfluentJars()    Confluent's Protobuf provider (extra `confluent-java`),   differences that it calls incompatible
                   in this process

The provider is under Confluent's licence: the extra fetches it from where it is published, we bring none of it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Protocol

from nilometer.extras.buf import find_buf
from nilometer.extras.class_loader import Jars
from nilometer.extras.errors import ExtraError
from nilometer.extras.maven import find_jars

PROVIDER = "io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema"
BUF_BREAKING = 100
"""Exit code of `buf breaking` when something breaks."""


class NoPeer(Exception):
    """The peer is not there; the message says what to do."""


class Peer(Protocol):
    """A checker."""

    dialect: str
    """Of ours, that it should answer like."""

    def breaks(self, reader: str, writer: str) -> list[str]:
        """What it says of two texts; empty: the reader may follow the writer."""


class Buf:
    """`buf breaking` under one category of rules."""

    def __init__(self, category: str, program: Path | None = None) -> None:
        try:
            found = program or find_buf()
        except ExtraError as missing:
            raise NoPeer(str(missing)) from None
        self.program = str(found)
        self.config = json.dumps({"version": "v2", "breaking": {"use": [category]}})
        self.dialect = f"buf-{category.lower()}"

    def breaks(self, reader: str, writer: str) -> list[str]:
        """Names of the rules that are broken."""
        with tempfile.TemporaryDirectory() as place:
            for name, text in (("new", reader), ("old", writer)):
                Path(place, name).mkdir()
                Path(place, name, "a.proto").write_text(text)
            new, old = str(Path(place, "new")), str(Path(place, "old"))
            command = [self.program, "breaking", new, "--against", old, "--error-format", "json"]
            done = subprocess.run(
                [*command, "--config", self.config], capture_output=True, text=True, timeout=60, check=False
            )
        if done.returncode not in {0, BUF_BREAKING}:
            raise NoPeer(f"buf fails: {done.stderr.strip()}")
        return [str(json.loads(line)["type"]) for line in done.stdout.splitlines()]


class ConfluentJars:
    """Confluent's checker in the JVM of this process."""

    dialect = "confluent"

    def __init__(self, directory: Path | None = None) -> None:
        try:
            jars = directory or find_jars("confluent-java")[1]
        except ExtraError as missing:
            raise NoPeer(str(missing)) from None
        if not any(jars.rglob("kafka-protobuf-provider-*.jar")):
            raise NoPeer(f"{jars} has no kafka-protobuf-provider-*.jar")
        self._schema: Any = Jars(jars)(PROVIDER)

    def breaks(self, reader: str, writer: str) -> list[str]:
        """Its own sentences."""
        return [str(one) for one in self._schema(reader).isBackwardCompatible(self._schema(writer))]
