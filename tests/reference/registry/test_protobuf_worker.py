"""The worker: a line for a line, until its input ends."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto

from nilometer_reference.registry.protobuf_source import Source
from nilometer_reference.registry.protobuf_worker import answer

GOOD = {"text": 'syntax = "proto3"; message M {}', "references": {}, "normalize": False}
BAD = {**GOOD, "text": "message {"}


def test_an_answer_has_text_and_descriptors_or_what_is_wrong(tmp_path: Path) -> None:
    source = Source(tmp_path)
    told = answer(source, GOOD)
    assert told["text"] == 'syntax = "proto3";\n\nmessage M {\n}\n'
    (file,) = (FileDescriptorProto.FromString(base64.b64decode(one)) for one in told["files"])
    assert [one.name for one in file.message_type] == ["M"]
    assert answer(source, BAD) == {"refused": "1:9: Expected message name."}


def run(place: Path, *options: str) -> list[dict[str, object]]:
    lines = "".join(json.dumps(one) + "\n" for one in (GOOD, BAD, GOOD))
    command = [sys.executable, *options, "-m", "nilometer_reference.registry.protobuf_worker", str(place)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_answers_in_order_and_ends_with_its_input(tmp_path: Path) -> None:
    assert [sorted(one) for one in run(tmp_path)] == [["files", "text"], ["refused"], ["files", "text"]]
    assert not tmp_path.exists()


def test_without_protoc_it_says_what_is_missing(tmp_path: Path) -> None:
    # Nothing of site-packages is there; the package itself comes by its path.
    package = Path(__file__).parents[3] / "reference"
    code = (
        f"import sys; sys.path.insert(0, {str(package)!r}); from pathlib import Path; "
        f"from nilometer_reference.registry.protobuf_worker import serve; serve(Path({str(tmp_path)!r}))"
    )
    command = [sys._base_executable, "-I", "-S", "-c", code]  # type: ignore[attr-defined]
    lines = json.dumps(GOOD) + "\n"
    done = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == {"missing": "grpc_tools"}
