"""From a running registry to the subject of a run, and through a whole run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nilometer.cli import main
from nilometer.registries.connecting import NotRegistry, connect_registry
from nilometer.report.jsonl import NAME, read
from nilometer.settings import Settings
from nilometer.targets.registries import RegistryAddressTarget
from tests.conformance.faulty_registry import FaultyRegistry, Passing
from tests.conformance.requirements.schemas.conftest import honest_registry

__all__ = ["honest_registry"]  # the fixture


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_it_knows_what_is_served(honest_registry: str) -> None:
    target = RegistryAddressTarget("r", honest_registry)
    target.start()
    subject = connect_registry(target, Settings())
    assert not subject.routes.missing
    assert subject.versions is subject.routes


def test_what_is_no_registry_is_said(honest_registry: str) -> None:
    with FaultyRegistry(honest_registry) as registry:
        target = RegistryAddressTarget("r", registry.url)
        target.start()
        registry.on_request = lambda _: (404, {"error_code": 404})  # it changes its mind
        with pytest.raises(NotRegistry, match="is no schema registry"):
            connect_registry(target, Settings())
    with pytest.raises(NotRegistry, match="no answer"):
        connect_registry(target, Settings())


def test_a_run_judges_a_registry_by_its_area_alone(honest_registry: str, tmp_path: Path) -> None:
    result = run("check", "--registry", honest_registry, "-k", "S2,S13,L3", "--seed", "3", "-o", str(tmp_path))
    assert result.exit_code == 0, result.output
    records = read(tmp_path / NAME)
    assert [one["id"] for one in records if one["t"] == "req"] == ["S2", "S13"]
    assert records[0]["targets"][0]["bootstrap"] == [honest_registry]
    assert not records[-1].get("leftovers")
    assert "17 of 17 routes" in result.output


def test_a_violation_shows_its_requests_and_the_line_that_repeats_it(honest_registry: str, tmp_path: Path) -> None:
    def no_object(passing: Passing) -> None:
        if passing.status == 404:
            passing.value = b"nothing"

    with FaultyRegistry(honest_registry, on_response=no_object) as registry:
        result = run("check", registry.url, "-k", "S13", "--level", "should", "--seed", "3", "-o", str(tmp_path))
        assert result.exit_code == 1
        assert f"nilometer check {registry.url} -k S13 --seed 3" in result.output
    assert "<- after" in result.output
    assert "404 nothing" in result.output


def test_a_selection_that_is_not_about_registries_runs_nothing(honest_registry: str, tmp_path: Path) -> None:
    assert run("check", honest_registry, "-k", "L3", "-o", str(tmp_path)).exit_code == 5


def test_nobody_there_is_7(tmp_path: Path) -> None:
    result = run("check", "http://127.0.0.1:1", "-o", str(tmp_path))
    assert result.exit_code == 7
    assert "no schema registry answers" in result.output


def test_probe_says_what_is_served_and_what_that_leaves_out(honest_registry: str) -> None:
    def without_modes(passing: Passing) -> tuple[int, object] | None:
        return (404, b"not found") if passing.path.startswith("/mode") else None

    with FaultyRegistry(honest_registry, on_request=without_modes) as registry:
        result = run("probe", registry.url)
        found = json.loads(run("probe", registry.url, "--json").output)
    assert result.exit_code == 0
    assert "not served  PUT /mode/{subject}" in result.output
    assert "n/a      S8   PUT /mode/{subject} is not served" in result.output
    assert {one["id"] for one in found["left_out"]} >= {"S8"}
