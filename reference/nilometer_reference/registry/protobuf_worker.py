"""The process in which protoc runs, so that no text can take the registry with it or keep it waiting.

One request a line on standard input, one answer a line on standard output, both JSON; it ends with its input.

    {"text", "references": {name: text}, "normalize"}    {"text", "files": [base64 of a FileDescriptorProto, …]}
                                                         {"refused": what is wrong with the text}
                                                         {"missing": the package that is not installed}

Where `normalize` is null, no text is printed.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from nilometer_reference.registry.protobuf_source import NotProtobuf, Source


def answer(source: Source, request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request."""
    try:
        text, files = source.read(request["text"], request["references"], normalize=request["normalize"])
    except NotProtobuf as error:
        return {"refused": str(error)}
    return {"text": text, "files": [base64.b64encode(one.SerializeToString()).decode() for one in files]}


def serve(place: Path) -> None:
    """Answer until the input ends. `place` is a directory of its own, which goes with it.

    The working directory is empty, for protoc reads what it finds there.
    """
    empty = place / "empty"
    empty.mkdir()
    os.chdir(empty)
    source: Source | None = None
    try:
        for line in sys.stdin:
            try:
                source = source or Source(place)
                told = answer(source, json.loads(line))
            except ModuleNotFoundError as error:
                told = {"missing": error.name}
            print(json.dumps(told), flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
