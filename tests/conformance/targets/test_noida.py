"""noida as a target."""

import pytest

from nilometer.targets import Control, parse_target
from nilometer.targets.noida import NoidaTarget


@pytest.mark.external
def test_it_starts_answers_and_is_gone_afterwards(installed, gone):
    installed("noida:")
    with parse_target("noida:") as target:
        assert isinstance(target, NoidaTarget)
        assert target.alive()
        process = target.nodes[0].process
        assert process is not None
        assert "noida" in target.describe()
    assert gone(process.pid)


@pytest.mark.external
def test_it_restarts_at_the_same_address(installed):
    installed("noida:")
    with parse_target("noida:") as target:
        address = target.endpoint.text
        target.kill()
        assert target.restart().text == address


def test_it_can_be_restarted(installed):
    installed("noida:")
    assert parse_target("noida:").control is Control.ALL
