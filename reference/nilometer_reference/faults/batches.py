"""Where the batches of a log lie: several faults go by batches where records are meant."""

from __future__ import annotations

from nilometer_reference.log.log import Log
from nilometer_reference.log.segment import HeaderFields


def batch_of(log: Log, offset: int) -> HeaderFields:
    """Header fields of the batch that holds an offset, or of the next one. LookupError behind the last."""
    for segment in log.segments_from(offset):
        located = segment.locate(offset)
        if located is not None:
            return located[1]
    raise LookupError(f"no batch at or behind {offset}")


def end_of_batch(log: Log, offset: int) -> int:
    """First offset behind the batch that holds `offset`."""
    fields = batch_of(log, offset)
    return fields[0] + fields[6] + 1
