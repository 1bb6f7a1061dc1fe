"""What an incremental fetch session shows, folded, beside what full fetches show at the same positions.

    full fetch       every partition, each time
    incremental      only partitions with records, an error, or a field that changed; the rest is as it was

    folded state = last fields of each partition in the session; a partition that is left out has brought no records

Both are taken in a quiet state. Sources: KIP-227; KAFKA-6946, KAFKA-13111.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from nilometer.checkers.judgement import Judgement
from nilometer.clients.exchange import Exchange

SIGNATURES = {
    "records-withheld": "the session does not deliver records that a full fetch at the same position delivers",
    "records-differ": "the session delivers other records than a full fetch at the same position",
    "field-not-updated": "a field that changed (high watermark, last stable offset, log start offset) was not told",
    "error-not-told": "the session does not show the error code that a full fetch shows",
    "forgotten-partition-returned": "the session answers for a partition that was removed from it, or never was in it",
}
P = TypeVar("P", bound=Hashable)
FIELDS = ("high_watermark", "last_stable_offset", "log_start_offset")


@dataclass(frozen=True)
class PartitionAnswer:
    """One partition of one response. `records` is whatever is equal if and only if the records are."""

    high_watermark: int
    last_stable_offset: int
    log_start_offset: int
    records: tuple[object, ...] = ()
    error_code: int = 0


@dataclass
class SessionFold(Generic[P]):
    """A session as its client knows it."""

    state: dict[P, PartitionAnswer | None] = field(default_factory=dict)
    """Each partition in the session; None before its first answer."""

    def add(self, partition: P) -> None:
        """The request names it: for the first time, again after it was forgotten, or at another position."""
        self.state.setdefault(partition, None)

    def forget(self, partition: P) -> None:
        """The request removes it."""
        self.state.pop(partition, None)

    def strangers(self, response: Mapping[P, PartitionAnswer]) -> list[P]:
        """Partitions that are answered but not in the session."""
        return [partition for partition in response if partition not in self.state]

    def fold(self, response: Mapping[P, PartitionAnswer]) -> dict[P, PartitionAnswer | None]:
        """What the session shows after a response: what it left out has no records and its old fields."""
        for partition, old in self.state.items():
            told = response.get(partition)
            self.state[partition] = told if told is not None else None if old is None else replace(old, records=())
        return dict(self.state)


def equivalence(
    folded: Mapping[P, PartitionAnswer | None],
    full: Mapping[P, PartitionAnswer],
    strangers: Iterable[P],
    *evidence: Exchange,
) -> Judgement:
    """An instance is a partition of the session that a full fetch also shows, or one that should not be there."""
    judgement = Judgement()
    for partition in strangers:
        judgement.contradicts(
            "forgotten-partition-returned",
            f"no answer for {partition}, which is not in the session",
            "an answer",
            *evidence,
        )
    for partition, truth in full.items():
        if partition not in folded:
            continue
        shown = folded[partition]
        if shown is None:
            judgement.contradicts(
                "records-withheld", f"an answer for {partition}, which is new in the session", "none", *evidence
            )
        elif shown.error_code != truth.error_code:
            judgement.contradicts(
                "error-not-told", f"{partition}: error {truth.error_code}", f"error {shown.error_code}", *evidence
            )
        elif len(shown.records) < len(truth.records) and truth.records[: len(shown.records)] == shown.records:
            judgement.contradicts(
                "records-withheld", f"{partition}: {len(truth.records)} records", f"{len(shown.records)}", *evidence
            )
        elif shown.records != truth.records:
            judgement.contradicts(
                "records-differ", f"{partition}: records {list(truth.records)}", list(shown.records), *evidence
            )
        else:
            compared = FIELDS if truth.error_code == 0 else ()  # an answer with an error need not carry them
            different = [name for name in compared if getattr(shown, name) != getattr(truth, name)]
            for name in different:
                judgement.contradicts(
                    "field-not-updated",
                    f"{partition}: {name} {getattr(truth, name)}, as a full fetch says",
                    f"{name} {getattr(shown, name)}, as the session last said",
                    *evidence,
                )
            if not different:
                judgement.holds()
    return judgement
