"""Apicurio Registry as a target."""

from __future__ import annotations

from typing import Any

import pytest

from nilometer.deviations import DEVIATIONS
from nilometer.targets import Control, parse_target
from nilometer.targets.apicurio import ApicurioTarget
from tests.conformance.targets.test_registries import get


@pytest.mark.external
@pytest.mark.java
@pytest.mark.timeout(240)
def test_it_starts_answers_and_is_gone_afterwards(installed: Any, gone: Any) -> None:
    installed("apicurio:")
    with parse_target("apicurio:") as target:
        assert isinstance(target, ApicurioTarget)
        assert get(f"{target.url}/subjects") == []
        process = target.nodes[0].process
        assert process is not None
        assert "Apicurio" in target.describe()
    assert gone(process.pid)


def test_it_is_in_memory_so_a_restart_is_not_offered() -> None:
    assert Control.RESTART not in ApicurioTarget.control


def test_its_known_bugs_are_declared_under_its_name() -> None:
    assert ApicurioTarget.software in {one.software for one in DEVIATIONS}
