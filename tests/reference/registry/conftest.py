"""One broker for all tests of a module; a registry on it for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reference.registry.running import Client, broker, registry


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with broker(Path(tmp_path_factory.mktemp("broker"))) as made:
        yield made.bootstrap


@pytest.fixture(scope="module")
def client(bootstrap: str) -> Iterator[Client]:
    with registry(bootstrap) as made:
        yield made
