"""The classes of our nodes are everit's, where its jars are at hand (see `everit.py`)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nilometer_models.schema.json_schema import parse
from tests.models.schema.json_schema.everit import ours

JARS = "NILOMETER_EVERIT_JARS"


def test_a_shape_is_written_out_to_a_depth() -> None:
    schema = parse('{"properties": {"a": {"$ref": "#"}}}')
    shape, default = ours(schema, schema.root, 1)
    assert shape[:2] == ("object", (("a", (("object", (("a", "..."),), True, (), None, (), ()), False)),))
    assert default is False


@pytest.mark.skipif(JARS not in os.environ, reason=f"{JARS} does not say where everit-json-schema's jars are")
@pytest.mark.timeout(300)
def test_our_nodes_are_those_of_everit() -> None:
    command = [sys.executable, "-m", "tests.models.schema.json_schema.everit", os.environ[JARS], "1000"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
