"""What the child does with time and with errors. Libraries of another environment are stood in for."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nilometer.schema.json_schema.peers import PROGRAM


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A jsonsubschema that sleeps, fails or says None, and a hypothesis_jsonschema that fails."""
    (tmp_path / "jsonsubschema.py").write_text(
        "import threading\n"
        "def isSubschema(writer, reader):\n"
        "    print('noise')\n"
        "    if 'sleep' in reader: threading.Event().wait(60)\n"
        "    if 'fail' in reader: raise ValueError('no')\n"
        "    return None if 'none' in reader else True\n"
    )
    (tmp_path / "hypothesis_jsonschema.py").write_text(
        "from hypothesis import strategies\n"
        "def from_schema(schema):\n"
        "    if schema == 'fail': raise ValueError('no')\n"
        "    return strategies.just(7)\n"
    )
    return tmp_path


def answers(environment: Path, *questions: dict[str, Any]) -> list[Any]:
    lines = "".join(json.dumps({"count": 2, "writer": {}, **question}) + "\n" for question in questions)
    done = subprocess.run(
        [sys.executable, str(PROGRAM)], input=lines, capture_output=True, text=True, timeout=60, check=True,
        env={"PYTHONPATH": str(environment)},
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_line_each_whatever_the_libraries_do(environment: Path) -> None:
    assert importlib.util.find_spec("hypothesis") is not None
    found = answers(
        environment, {"reader": ["sleep"]}, {"reader": ["fail"]}, {"reader": ["none"]}, {"reader": []},
        {"reader": [], "writer": "fail"}, {"reader": [], "count": 0},
    )  # fmt: skip
    assert [one["contained"] for one in found] == [None, None, False, True, True, True]
    assert [set(one["values"]) for one in found] == [{7}, {7}, {7}, {7}, set(), set()]
