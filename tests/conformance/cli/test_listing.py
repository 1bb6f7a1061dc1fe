"""`nilometer list`."""

import json

from click.testing import CliRunner

from nilometer.catalogue import load
from nilometer.cli.listing import list_requirements


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(list_requirements, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_every_requirement_has_its_line_under_its_area():
    output = invoke()
    for one in load():
        assert f"  {one.id:4} {one.level:6} {one.name}" in output
    assert f"{len(load())} requirements" in output


def test_selectors_choose():
    output = invoke("W4")
    assert "wire.response_order" in output
    assert "1 requirement;" in output


def test_json_is_one_object_a_line():
    records = [json.loads(line) for line in invoke("wire", "--json").splitlines()]
    assert {record["area"] for record in records} == {"wire"}
    assert all(record["signatures"] and record["sources"] for record in records)
