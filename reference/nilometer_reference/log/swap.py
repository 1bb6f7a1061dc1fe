"""Putting a rewritten file in the place of one or more segments, so that a crash leaves the old or the new.

    <base>.log.cleaned      being written, then flushed            a start deletes it
    <base>-<end>.swap       renamed: from here on it will happen   a start finishes the following steps
                            segments in [base, end) are deleted
    <base>.log              renamed

The store is flushed between the steps, so their order survives too. Source: `LocalLog.replaceSegments`.
"""

from __future__ import annotations

import re
from typing import Final

from nilometer_reference.log.segment import segment_name
from nilometer_reference.log.storage import Store

CLEANED: Final = ".cleaned"
_SWAP: Final = re.compile(r"(\d{20})-(\d{20})\.swap")
_SEGMENT: Final = re.compile(r"(\d{20})\.log")


def cleaned_name(base_offset: int) -> str:
    """Name of the file that will become the segment at `base_offset`."""
    return segment_name(base_offset, "log") + CLEANED


def swap_in(store: Store, base_offset: int, end_offset: int) -> None:
    """Put the flushed file `cleaned_name(base_offset)` in the place of the segments in [base_offset, end_offset)."""
    name = f"{base_offset:020d}-{end_offset:020d}.swap"
    store.rename(cleaned_name(base_offset), name)
    store.flush()
    _finish(store, name, base_offset, end_offset)


def finish_swaps(store: Store) -> None:
    """Do what is left of the swaps that a crash has interrupted."""
    for name in store.names():
        found = _SWAP.fullmatch(name)
        if found:
            _finish(store, name, int(found[1]), int(found[2]))


def _finish(store: Store, name: str, base_offset: int, end_offset: int) -> None:
    for other in store.names():
        found = _SEGMENT.fullmatch(other)
        if found and base_offset <= int(found[1]) < end_offset:
            # The index first: as long as its segment is there, a start that goes on from here finds it.
            store.delete(segment_name(int(found[1]), "index"))
            if int(found[1]) != base_offset:
                store.delete(other)
    store.flush()
    store.rename(name, segment_name(base_offset, "log"))
    store.flush()
