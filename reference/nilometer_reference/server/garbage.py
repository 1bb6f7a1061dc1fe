"""Python's cyclic garbage collector in a process that is a broker and nothing else.

    what is there when the broker answers     is never looked at again (`gc.freeze`): classes, codecs, opened logs
    what a request makes                      goes when its answer has left, by reference counts
    cycles                                    rare (exceptions): looked for after 10,000 more objects, not 700

With Python's defaults a fifth of the processor time of small requests went into looking, and every look at
everything stopped the broker for tens of milliseconds: docs/reference/measurements.md.
"""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (10_000, 20, 50)
"""More objects made than gone before the youngest are looked at; looks at one generation for each at the next."""


def spare_the_collector() -> None:
    """Call it once everything is loaded. It concerns the whole process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
