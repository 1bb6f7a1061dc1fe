"""The honest broker of the requirements' tests, and a run on it that judges nothing."""

import pytest

from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.settings import Settings
from tests.conformance.requirements.conftest import honest  # noqa: F401 - a fixture
from tests.conformance.requirements.judging import subject


@pytest.fixture
def run_on():
    """`run_on(bootstrap)`: a run whose requirement is never checked."""
    made = []

    @requirement(
        id="L99", name="log.test", level="INFO", sentence="x", profiles=("core",), sources=("x",), signatures={"x": "x"}
    )
    def check(_):
        """Never called."""

    def make(bootstrap):
        made.append(Run(check, subject(bootstrap), Settings(), float("inf")))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def run(honest, run_on):  # noqa: F811 - the fixture
    return run_on(honest)
