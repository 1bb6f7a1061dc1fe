"""tansu as a target."""

import pytest

from nilometer.targets import Control, parse_target
from nilometer.targets.tansu import TansuTarget


@pytest.mark.external
def test_it_starts_answers_and_is_gone_afterwards(installed, gone):
    installed("tansu:")
    with parse_target("tansu:") as target:
        assert isinstance(target, TansuTarget)
        assert target.alive()
        process = target.nodes[0].process
        assert process is not None
        assert "tansu" in target.describe()
    assert gone(process.pid)


def test_a_restart_would_forget_everything_so_it_is_not_offered(installed):
    installed("tansu:")
    assert Control.RESTART not in parse_target("tansu:").control
