"""An honest broker that looks for overdue transactions and dirty logs all the time."""

from collections.abc import Iterator

import pytest

from nilometer.targets.reference import ReferenceTarget

HASTE = {
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": 200,
    "log.cleaner.backoff.ms": 200,
}


@pytest.fixture(scope="session")
def hasty() -> Iterator[str]:
    arguments = [part for name, value in HASTE.items() for part in ("--set", f"{name}={value}")]
    with ReferenceTarget("hasty", arguments=arguments) as target:
        yield target.endpoint.text
