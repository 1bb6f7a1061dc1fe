"""A worker that dies, hangs or was never there costs one answer."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.protobuf_compiler import WORKER, Compiler

TEXT = 'syntax = "proto3"; message M {}'
ALIVE = 'import sys\nfor line in sys.stdin: print(\'{"text": "", "files": []}\', flush=True)'
SILENT = "import sys\nfor line in sys.stdin: pass"
DEAD = "import os, sys\nsys.stdin.readline()\nos.abort()"
WITHOUT = 'import sys\nfor line in sys.stdin: print(\'{"missing": "grpc_tools"}\', flush=True)'


def worker(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


@pytest.fixture
def compiler() -> Iterator[Compiler]:
    made = Compiler()
    yield made
    made.close()


def compiled(compiler: Compiler, text: str = TEXT) -> str:
    return compiler.compile(text, {}, normalize=False).text


def refused(compiler: Compiler, text: str = TEXT) -> str:
    with pytest.raises(RegistryError) as found:
        compiled(compiler, text)
    assert found.value.code == 42201
    return found.value.message


def test_a_text_is_compiled(compiler: Compiler) -> None:
    made = compiler.compile(TEXT, {}, normalize=False)
    assert made.text == 'syntax = "proto3";\n\nmessage M {\n}\n'
    assert len(made.files) == 1


def test_what_protoc_says_is_told(compiler: Compiler) -> None:
    assert refused(compiler, "message {") == "Invalid schema: PROTOBUF: 1:9: Expected message name."


def test_one_worker_serves_all(compiler: Compiler) -> None:
    compiled(compiler)
    first = compiler._process
    assert first is not None
    threads = [threading.Thread(target=lambda: compiled(compiler)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert compiler._process is first


@pytest.mark.parametrize("code", [DEAD, SILENT, "", "print('no json', end='')"])
def test_a_text_that_ends_or_holds_up_the_worker_is_refused(code: str) -> None:
    compiler = Compiler(worker(code), timeout_s=2.0)
    for _ in range(2):
        assert "did not survive this text, or took longer than 2 s" in refused(compiler)
    assert compiler._process is None


def test_the_next_text_gets_a_new_worker(compiler: Compiler) -> None:
    compiled(compiler)
    process = compiler._process
    assert process is not None
    process.kill()
    process.wait()
    assert compiled(compiler) == compiled(compiler)
    assert compiler._process is not process


def test_what_is_not_installed_is_named() -> None:
    compiler = Compiler(worker(WITHOUT))
    assert refused(compiler) == "Invalid schema: PROTOBUF needs grpc_tools here: pip install 'nilometer[schema]'"
    compiler.close()


def test_nothing_is_left_when_it_is_closed(compiler: Compiler) -> None:
    compiled(compiler)
    process, place = compiler._process, compiler._place
    assert process is not None
    assert place is not None
    assert Path(place.name).is_dir()
    compiler.close()
    assert process.returncode is not None
    assert not Path(place.name).exists()


def test_a_compiler_that_was_never_asked_starts_nothing() -> None:
    compiler = Compiler(worker(ALIVE))
    compiler.close()
    assert compiler._process is None
    assert WORKER[0] == sys.executable
