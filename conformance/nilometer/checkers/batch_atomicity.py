"""A batch is stored whole and without a gap, or not at all.

    outcome of the produce     what the log may hold of its n records
    acknowledged at offset b   exactly b, b + 1, … b + n - 1, in order
    definite error             none
    unknown (no answer)        all, in order and without a gap, or none

Values are unique in the run. O(n). Source: record batch format 2 (the leader assigns one base offset a batch).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from nilometer.checkers.judgement import Judgement
from nilometer.checkers.record_content import shown
from nilometer.clients.exchange import Exchange

SIGNATURES = {
    "part-of-a-batch": "some records of a batch are in the log and others are not",
    "gap-in-a-batch": "the records of a batch do not lie at consecutive offsets in the order of sending",
    "refused-batch-stored": "records of a batch that was answered with a definite error are in the log",
    "acknowledged-batch-missing": "no record of an acknowledged batch is in the log",
    "batch-elsewhere": "an acknowledged batch does not begin at the base offset of its acknowledgement",
}


class Outcome(Enum):
    """What the producer knows of a batch."""

    ACKNOWLEDGED = auto()
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True)
class SentBatch:
    """One batch as it was sent."""

    values: Sequence[bytes]
    outcome: Outcome
    base_offset: int = -1
    """Of the acknowledgement."""
    error: str = ""
    exchange: Exchange | None = None


def batch_atomicity(batches: Iterable[SentBatch], offsets_by_value: Mapping[bytes, int], *scans: Exchange) -> Judgement:
    """An instance is a batch: the log's offsets come from a complete scan, whose exchanges are the evidence."""
    judgement = Judgement()
    for batch in batches:
        count = len(batch.values)
        found = [offsets_by_value[value] for value in batch.values if value in offsets_by_value]
        name = f"the batch of {count} that begins with {shown(batch.values[0])}"
        evidence = (batch.exchange, *scans)
        if not found:
            if batch.outcome is Outcome.ACKNOWLEDGED:
                judgement.contradicts(
                    "acknowledged-batch-missing",
                    f"{name} at offset {batch.base_offset}",
                    "none of its records",
                    *evidence,
                )
            else:
                judgement.holds()
        elif batch.outcome is Outcome.REFUSED:
            judgement.contradicts(
                "refused-batch-stored", f"nothing of {name}, answered with {batch.error}", f"offsets {found}", *evidence
            )
        elif len(found) < count:
            judgement.contradicts(
                "part-of-a-batch",
                f"all {count} records of {name}, or none",
                f"{len(found)}: offsets {found}",
                *evidence,
            )
        elif found != list(range(found[0], found[0] + count)):
            judgement.contradicts(
                "gap-in-a-batch", f"{name} at {count} consecutive offsets", f"offsets {found}", *evidence
            )
        elif batch.outcome is Outcome.ACKNOWLEDGED and found[0] != batch.base_offset:
            judgement.contradicts(
                "batch-elsewhere", f"{name} from offset {batch.base_offset}", f"from offset {found[0]}", *evidence
            )
        else:
            judgement.holds()
    return judgement
