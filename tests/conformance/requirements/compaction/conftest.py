"""An honest broker that cleans and deletes at once."""

import pytest

from nilometer.targets.reference import ReferenceTarget

SETTINGS = ("log.cleaner.backoff.ms=50", "log.retention.check.interval.ms=100")


@pytest.fixture(scope="session")
def cleaning():
    arguments = [part for setting in SETTINGS for part in ("--set", setting)]
    with ReferenceTarget(arguments=arguments) as target:
        yield target.endpoint.text
