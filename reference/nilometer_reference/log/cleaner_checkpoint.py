"""How far the cleaner has come in a log, kept in its store as `cleaner-offset`.

The file stays when the log is cut or the policy changes: that it is there says that offsets may have gaps.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from nilometer_reference.log.sealed import seal, unseal
from nilometer_reference.log.storage import Store

CLEANER_OFFSET: Final = "cleaner-offset"
_KIND: Final = b"CLNR"
_CHECKPOINT: Final = struct.Struct(">qq")
_NONE: Final = -1


class CleanerCheckpoint(NamedTuple):
    """What the last cleaning has left."""

    first_dirty_offset: int = 0
    """Below it (exclusive) the log is clean; a segment border."""
    next_horizon_ms: int | None = None
    """The earliest delete horizon in the clean part (an instant); None when nothing there waits for one."""


def read_checkpoint(store: Store) -> CleanerCheckpoint:
    """A log of which nothing is known is all dirty."""
    content = unseal(_KIND, 1, store.read_whole(CLEANER_OFFSET))
    if content is None or len(content) != _CHECKPOINT.size:
        return CleanerCheckpoint()
    offset, horizon_ms = _CHECKPOINT.unpack(content)
    return CleanerCheckpoint(offset, None if horizon_ms == _NONE else horizon_ms)


def write_checkpoint(store: Store, checkpoint: CleanerCheckpoint) -> None:
    """Survives a loss of power from the next `store.flush` on."""
    offset, horizon_ms = checkpoint
    content = _CHECKPOINT.pack(offset, _NONE if horizon_ms is None else horizon_ms)
    store.write_whole(CLEANER_OFFSET, seal(_KIND, 1, content))


def forget_cleaning_above(store: Store, log_end_offset: int) -> None:
    """The log ends at `log_end_offset` now: what will be appended there is dirty."""
    if read_checkpoint(store).first_dirty_offset > log_end_offset:
        write_checkpoint(store, CleanerCheckpoint())


def may_have_gaps(store: Store) -> bool:
    """Whether the log was ever cleaned."""
    return store.read_whole(CLEANER_OFFSET) is not None
