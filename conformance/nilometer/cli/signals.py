"""Ctrl-C and SIGTERM: the first ends the run in order, the second at once; what was found is reported in both cases.

while targets start     KeyboardInterrupt, where we are
while checks run        `campaign.stop`: the check ends, topics are deleted, targets stop
a second time           KeyboardInterrupt
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from nilometer.campaign import Campaign


@contextmanager
def ending_in_order(campaign: Campaign) -> Iterator[None]:
    """Signals end the campaign inside this block; before and after it they do what they did."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        if campaign.stop.is_set() or not campaign.judging:
            raise KeyboardInterrupt
        campaign.stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
