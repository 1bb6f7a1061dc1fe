"""0 <= log start offset <= last stable offset <= high watermark, as far as a response carries them.

    quiet        the relations hold within each response
    under load   a broker reads the fields one after the other: a lower field counts as too large only if it also
                 exceeds the upper field of the next answer that was asked for later

O(n log n). Sources: KIP-98, KIP-107, KAFKA-5634.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange

NAMES = ("log start offset", "last stable offset", "high watermark")
SIGNATURES = {
    "negative-offset": "a field that is present is below 0",
    "log-start-above-last-stable": "the log start offset exceeds the last stable offset",
    "log-start-above-high-watermark": "the log start offset exceeds the high watermark",
    "last-stable-above-high-watermark": "the last stable offset exceeds the high watermark",
}
_PAIRS = {
    (0, 1): "log-start-above-last-stable",
    (0, 2): "log-start-above-high-watermark",
    (1, 2): "last-stable-above-high-watermark",
}


@dataclass(frozen=True)
class Watermarks:
    """The fields of one partition in one response; -1 for a field that it does not carry."""

    log_start_offset: int
    last_stable_offset: int
    high_watermark: int
    asked_at_ns: int = 0
    answered_at_ns: int = 0
    exchange: Exchange | None = None

    @property
    def fields(self) -> tuple[int, int, int]:
        """In the order that they have to keep."""
        return self.log_start_offset, self.last_stable_offset, self.high_watermark


def order(answers: Sequence[Watermarks], *, quiet: bool) -> Judgement:
    """An instance is a pair of present fields of one response (under load: that a later answer can settle)."""
    judgement = Judgement()
    in_time = sorted(answers, key=lambda one: one.asked_at_ns)
    for index, one in enumerate(in_time):
        for name, value in zip(NAMES, one.fields, strict=True):
            if value < -1:
                judgement.contradicts("negative-offset", f"{name} of 0 or more, or -1 for none", value, one.exchange)
        for low, high in combinations(range(3), 2):
            lower, upper = one.fields[low], one.fields[high]
            if lower < 0 or upper < 0:
                continue
            if lower <= upper:
                judgement.holds()
                continue
            expected = f"{NAMES[low]} <= {NAMES[high]}"
            if quiet:
                judgement.contradicts(_PAIRS[low, high], expected, f"{lower} > {upper}", one.exchange)
                continue
            later = next(
                (
                    other
                    for other in in_time[index + 1 :]
                    if other.asked_at_ns > one.answered_at_ns and other.fields[high] >= 0
                ),
                None,
            )
            if later is None:
                continue
            if lower > later.fields[high]:
                seen = f"{lower} > {upper}, and > {later.fields[high]} in the next answer"
                judgement.contradicts(_PAIRS[low, high], expected, seen, one.exchange, later.exchange)
            else:
                judgement.holds()
    return judgement
