"""An honest registry for the whole test run; `faulty_registry.FaultyRegistry` stands in front of it."""

from __future__ import annotations

import pytest

from tests.conftest import shared_broker


@pytest.fixture(scope="session")
def honest_registry(tmp_path_factory: pytest.TempPathFactory) -> str:
    return "http://" + shared_broker("registry:", tmp_path_factory)
