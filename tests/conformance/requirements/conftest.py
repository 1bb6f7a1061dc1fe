"""An honest broker of one node for the whole test run; `faulty.FaultyBroker` stands in front of it."""

import importlib.util
import os

import pytest

from tests.conftest import shared_broker


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> str:
    if given := os.environ.get("NILOMETER_HONEST"):
        return given
    served = importlib.util.find_spec("nilometer_reference.server.__main__") is not None
    return shared_broker("reference" if served else "noida:", tmp_path_factory)
