"""Containment and values by others, for semantics that we did not write. Opt-in; `NoPeer` says what is missing.

peer                     answers                                                      needs
jsonsubschema            whether all values of one schema are values of another       the extra `json-checkers`
hypothesis-jsonschema    values of a schema                                           the same

Both run in a child process, because they need other versions than we do and may take for ever: the child has a time
limit for each answer, and one that does not keep it is replaced.
"""

from __future__ import annotations

import json
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nilometer.extras.errors import ExtraError
from nilometer.extras.json_checkers import find_python

PROGRAM = Path(__file__).with_name("peer_program.py")
VALUES = 8
"""Drawn for a pair."""

PATIENCE_S = 15.0
"""Beyond the child's own limits: it hangs where no alarm reaches it."""


class NoPeer(Exception):
    """The peer cannot be had here; the message says how to get it."""


@dataclass(frozen=True)
class Answer:
    """Of one pair."""

    contained: bool | None
    """None: it failed, does not know a keyword, or was too slow."""
    values: tuple[Any, ...] = ()
    """Meant to be of the writer; nobody has checked."""


class Checkers:
    """A child process that answers line by line."""

    def __init__(self, command: list[str], patience_s: float = PATIENCE_S) -> None:
        self._command, self._patience_s = command, patience_s
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )

    def ask(self, reader: Any, writer: Any, count: int = VALUES) -> Answer:
        """Whether the reader's schema contains the writer's, and values of the writer's."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"reader": reader, "writer": writer, "count": count}).encode() + b"\n")
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([process.stdout], [], [], self._patience_s)
            part = process.stdout.read(1 << 20) if ready else b""
            if not part:
                self.close()
                self._process = self._start()
                return Answer(None)
            line += part
        answer = json.loads(line)
        return Answer(answer["contained"], tuple(answer["values"]))

    def close(self) -> None:
        """The child is gone."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


@contextmanager
def checkers() -> Iterator[Checkers]:
    """Both peers for the block; `NoPeer` where the extra is missing."""
    try:
        python = find_python()
    except ExtraError as missing:
        raise NoPeer(str(missing)) from None
    made = Checkers([str(python), str(PROGRAM)])
    try:
        yield made
    finally:
        made.close()
