"""srfake as a target."""

from __future__ import annotations

from typing import Any

import pytest

from nilometer.deviations import DEVIATIONS
from nilometer.targets import Control, parse_target
from nilometer.targets.srfake import SrfakeTarget
from tests.conformance.targets.test_registries import get


@pytest.mark.external
@pytest.mark.go
def test_it_starts_answers_and_is_gone_afterwards(installed: Any, gone: Any) -> None:
    installed("srfake:")
    with parse_target("srfake:") as target:
        assert isinstance(target, SrfakeTarget)
        assert get(f"{target.url}/subjects") == []
        process = target.nodes[0].process
        assert process is not None
        assert "srfake" in target.describe()
    assert gone(process.pid)


def test_it_is_in_memory_so_a_restart_is_not_offered() -> None:
    assert Control.RESTART not in SrfakeTarget.control


def test_its_known_bugs_are_declared_under_its_name() -> None:
    assert SrfakeTarget.software in {one.software for one in DEVIATIONS}
