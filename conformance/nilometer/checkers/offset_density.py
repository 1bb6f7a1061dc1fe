"""Every offset of a scan is accounted for.

    raw scan, no compaction          log start offset … high watermark: each offset is there, markers included
    what a client sees               a missing offset is a marker, an aborted record, or (compaction) a removed one

O(n). Sources: KIP-98; KAFKA-5403 (what goes wrong when a checker demands dense offsets of clients).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange


def missing_ranges(offsets: Iterable[int], start: int, end: int) -> list[tuple[int, int]]:
    """Ranges of [start, end) that rising `offsets` leave out, both ends inclusive."""
    result: list[tuple[int, int]] = []
    position = start
    for offset in offsets:
        if offset >= end:
            break
        if offset > position:
            result.append((position, offset - 1))
        position = max(position, offset + 1)
    if position < end:
        result.append((position, end - 1))
    return result


def density(
    offsets: Collection[int], start: int, end: int, signature: str, *scan: Exchange, excused: Collection[int] = ()
) -> Judgement:
    """An instance is an offset of [start, end). `excused` offsets may be missing and may be there."""
    judgement = Judgement()
    wrong = 0
    for first, last in missing_ranges(sorted({*offsets, *excused}), start, end):
        wrong += last - first + 1
        what = f"offset {first}" if first == last else f"offsets {first} to {last}"
        below = max((one for one in offsets if one < first), default=None)
        above = min((one for one in offsets if one > last), default=None)
        judgement.contradicts(
            signature,
            f"{what}, within the range {start} to {end - 1} of the log",
            f"{below} is followed by {above}",
            *scan,
        )
    judgement.holds(max(0, end - start - wrong))
    return judgement
