"""Asks the worker process what a Protobuf text is. Starts it when first asked, and anew when it is gone.

A text that ends the worker, or keeps it longer than its time, is refused; the next text gets a new worker. The worker
ends with its input, so also when the registry is killed.
"""

from __future__ import annotations

import atexit
import base64
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from nilometer_reference.registry.errors import RegistryError, invalid_schema

TIMEOUT_S: Final = 10.0
STOP_S: Final = 10.0
WORKER: Final = (sys.executable, "-m", "nilometer_reference.registry.protobuf_worker")


@dataclass(frozen=True)
class Compiled:
    """`files` are serialized descriptors: the file last, each after those that it imports."""

    text: str
    files: tuple[bytes, ...]


class CompilerLost(RegistryError):
    """No answer. The text may be to blame or the machine, so another try may have one."""

    def __init__(self, timeout_s: float) -> None:
        told = f"PROTOBUF: protoc did not survive this text, or took longer than {timeout_s:g} s"
        super().__init__(42201, invalid_schema(told).message)


class Compiler:
    """One worker; callers wait for each other."""

    def __init__(self, worker: tuple[str, ...] = WORKER, timeout_s: float = TIMEOUT_S) -> None:
        self._worker = worker
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._place: tempfile.TemporaryDirectory[str] | None = None

    def compile(self, text: str, references: Mapping[str, str], *, normalize: bool | None) -> Compiled:
        """Descriptors, and canonical text unless `normalize` is None; `references` by name, what is needed first in
        front. Raises 42201; CompilerLost, which is one, where there is no answer.
        """
        request = json.dumps({"text": text, "references": dict(references), "normalize": normalize})
        with self._lock:
            told = self._ask(request)
        if "missing" in told:
            raise invalid_schema(f"PROTOBUF needs {told['missing']} here: pip install 'nilometer[schema]'")
        if "refused" in told:
            raise invalid_schema(f"PROTOBUF: {told['refused']}")
        return Compiled(told["text"], tuple(base64.b64decode(one) for one in told["files"]))

    def _ask(self, request: str) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Timer(self._timeout_s, process.kill)
        late.start()
        try:
            process.stdin.write(request + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except (BrokenPipeError, ValueError):
            line = ""
        finally:
            late.cancel()
        if not line.endswith("\n"):
            self._stop()
            raise CompilerLost(self._timeout_s)
        told: dict[str, Any] = json.loads(line)
        return told

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._place = tempfile.TemporaryDirectory(prefix="nilometer-protobuf-", ignore_cleanup_errors=True)
            # Of its own session: Ctrl-C in a terminal is for the registry.
            self._process = subprocess.Popen(
                [*self._worker, self._place.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                encoding="utf-8", start_new_session=True,
            )  # fmt: skip
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_S)
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    try:
                        stream.close()
                    except BrokenPipeError:
                        pass
        if self._place is not None:
            self._place.cleanup()
        self._process = self._place = None

    def close(self) -> None:
        """No process stays."""
        with self._lock:
            self._stop()


COMPILER: Final = Compiler()
"""Of this process."""
atexit.register(COMPILER.close)
