"""franz-go: the scenarios of `franz_go/scenarios_test.go`, built once and run one by one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.go, pytest.mark.xdist_group("go")]

SOURCE = Path(__file__).parent / "franz_go"
SCENARIOS = re.findall(r"^func (Test\w+)", (SOURCE / "scenarios_test.go").read_text("utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scenarios as one program."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("skipped, because `go` is not on PATH: install Go 1.26 or newer")
    built = tmp_path_factory.mktemp("franz_go") / "scenarios"
    done = subprocess.run(
        [go, "test", "-mod=readonly", "-c", "-o", built, "."], cwd=SOURCE, capture_output=True, text=True, check=False
    )
    if done.returncode != 0 and "dial tcp" in done.stderr:
        pytest.skip(f"skipped, because the Go module proxy is out of reach: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
    return built


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_of_franz_go_passes(bootstrap: str, program: Path, scenario: str) -> None:
    done = subprocess.run(
        [program, "-test.run", f"^{scenario}$", "-test.v"],
        env={**os.environ, "BOOTSTRAP": bootstrap},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"--- PASS: {scenario}" in done.stdout
