"""What a fetch at a position may begin with, and how offsets go on.

    log        0 1 2 | 3 4 | 5 M 7        M: a marker; | ends a batch
    fetch at 4 3 4 | 5 M 7                the batch that holds 4 begins with 3: readers skip that
               first visible record 4, first visible data record at 6 is 7

Two checks: offsets strictly rise inside a response and from one fetch of a position to the next, and the first visible
record is the first at or above the position. Both O(n log n). Sources: Fetch API contract; KIP-98 (control batches).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange


@dataclass(frozen=True)
class FetchedOffsets:
    """The offsets that one response carried for a partition, in its order, control records included."""

    position: int
    """The fetch offset of the request."""
    offsets: Sequence[int]
    exchange: Exchange | None = None


def increasing(fetches: Iterable[FetchedOffsets]) -> Judgement:
    """Successive fetches of one reader. An instance is a record that follows another one.

    Offsets below the position may stand only at the beginning of a response; they are no part of what the reader sees.
    """
    judgement = Judgement()
    last: tuple[int, FetchedOffsets] | None = None
    for one in fetches:
        for before, after in pairwise(one.offsets):
            if after <= before:
                judgement.contradicts(
                    "offset-goes-back",
                    f"after offset {before} a higher one in the same response",
                    f"offset {after}",
                    one.exchange,
                )
            else:
                judgement.holds()
        visible = [offset for offset in one.offsets if offset >= one.position]
        if not visible:
            continue
        if last is not None and visible[0] <= last[0]:
            judgement.contradicts(
                "offset-delivered-again",
                f"at position {one.position} an offset above {last[0]}, which was delivered before",
                f"offset {visible[0]}",
                last[1].exchange,
                one.exchange,
            )
        elif last is not None:
            judgement.holds()
        last = max(visible), one
    return judgement


def first_at_or_above(offsets: Sequence[int], position: int) -> int | None:
    """The smallest of the rising `offsets` that is >= position; None if there is none."""
    index = bisect_left(offsets, position)
    return offsets[index] if index < len(offsets) else None
