"""Registries that we did not write: every violation is known of them, and none is new.

Their known bugs show each time, so that a version that has mended one is noticed here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nilometer.cli import main
from nilometer.deviations import DEVIATIONS
from nilometer.report.jsonl import NAME, read

WEAK = {"Apicurio": {"S13"}, "srfake": {"S13", "S14"}}
"""Error codes, and verdicts on JSON and Protobuf: told in docs/explanation/registries.md."""


@pytest.mark.external
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("spec", "software"), [
    pytest.param("srfake:", "srfake", marks=pytest.mark.go),
    pytest.param("apicurio:", "Apicurio", marks=pytest.mark.java),
])  # fmt: skip
def test_each_known_bug_shows_and_no_other(spec: str, software: str, installed: Any, tmp_path: Path) -> None:
    installed(spec)
    arguments = ["check", spec, "--seed", "1", "--cases", "1", "--timeout", "30s", "-o", str(tmp_path)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    results = {one["req"]: one for one in read(tmp_path / NAME) if one["t"] == "result"}
    known = {(one.requirement, one.signature) for one in DEVIATIONS if one.software == software}
    seen = {
        (id, found["signature"])
        for id, one in results.items()
        if one["verdict"] == "xfail"
        for found in one["counterexamples"]
    }
    assert seen == known
    assert {id for id, one in results.items() if one["verdict"] == "weak"} == WEAK[software]
    assert {one["verdict"] for one in results.values()} == {"xfail", "weak", "pass", "not-run"}
