"""Signals end a campaign in order, then at once."""

import os
import signal

import pytest

from nilometer.campaign import Campaign
from nilometer.cli.signals import ending_in_order
from nilometer.settings import Settings


@pytest.fixture
def campaign():
    return Campaign([], [], Settings())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_checks_run_the_first_signal_asks_and_the_second_interrupts(campaign, number):
    campaign.judging = True
    with ending_in_order(campaign):
        os.kill(os.getpid(), number)
        assert campaign.stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)


def test_while_targets_start_a_signal_interrupts(campaign):
    with ending_in_order(campaign), pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)


def test_afterwards_signals_do_what_they_did(campaign):
    before = signal.getsignal(signal.SIGTERM)
    with ending_in_order(campaign):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
