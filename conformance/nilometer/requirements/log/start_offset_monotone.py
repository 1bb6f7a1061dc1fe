"""L12: the beginning of a log only moves forward."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from nilometer.checkers.end_offsets import Acknowledged, EndAnswer, beyond_acknowledged, never_decreasing
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.session import EARLIEST, Session
from nilometer.requirement import requirement
from nilometer.requirements._deleting import HIGH_WATERMARK, Deleted, delete_records
from nilometer.run import Run
from nilometer.workloads.batches import named_plan
from nilometer.workloads.known_log import KnownLog
from nilometer.workloads.together import together

BATCHES, BATCH = 8, 3


@requirement(
    id="L12",
    name="log.start_offset_monotone",
    level="MUST",
    sentence="The log start offset never decreases as one leader reports it, and never falls below a low watermark "
    "that DeleteRecords has answered",
    profiles=("core",),
    sources=("KIP-107",),
    apis={"Produce": 3, "Fetch": 5, "DeleteRecords": 0},
    signatures={
        "start-went-back": "the log start offset is lower than one that was answered before the question",
        "start-below-low-watermark": "the log start offset is below the low watermark of an earlier DeleteRecords",
    },
)
def check(run: Run) -> None:
    """One deletes more and more, also offsets that are gone already; others ask for the start in every way."""
    for _ in range(run.cases(1)):
        watch = Watch(run)
        together(run, [watch.delete, watch.ask_fetch, watch.ask_list_offsets])
        never_decreasing(watch.answers, "start-went-back").tell(run)
        acknowledged = [
            Acknowledged(one.exchange.answered_at_ns or 0, one.low_watermark - 1, exchange=one.exchange)
            for one in watch.deleted
            if one.ok and one.low_watermark > 0
        ]
        beyond_acknowledged(acknowledged, watch.answers, "start-below-low-watermark").tell(run)


class Watch:
    """A log whose beginning is deleted while others look."""

    def __init__(self, run: Run) -> None:
        """Writes the log."""
        self.log = KnownLog(run, run.topic())
        for number in range(BATCHES):
            self.log.append(named_plan(f"b{number}", BATCH, wall_clock_ms()))
        end = self.log.next_offset
        goals = sorted(run.random.sample(range(1, end), min(5, max(end - 1, 0))))
        again = goals[:1]
        self.goals = [*goals[:3], *again, *goals[3:], *again, HIGH_WATERMARK, *again]
        """Offsets to delete below; those in `again` are gone when they come a second time."""
        self.deleted: list[Deleted] = []
        self.answers: list[EndAnswer] = []
        self.ended = threading.Event()

    def delete(self, session: Session) -> None:
        """All goals, in turn."""
        try:
            for goal in self.goals:
                self.deleted.append(delete_records(session, self.log.topic, goal))
        finally:
            self.ended.set()

    def ask_fetch(self, session: Session) -> None:
        """The log start offset of Fetch, at the end of the log."""
        for _ in self._rounds():
            fetched = session.fetch(self.log.topic, self.log.next_offset, max_wait_ms=1)
            if fetched.ok and fetched.log_start_offset >= 0:
                self._note("log start offset of Fetch", fetched.log_start_offset, fetched.exchange)

    def ask_list_offsets(self, session: Session) -> None:
        """ListOffsets(earliest)."""
        for _ in self._rounds():
            listed = session.list_offsets(self.log.topic, EARLIEST)
            if listed.ok:
                self._note("earliest offset of ListOffsets", listed.offset, listed.exchange)

    def _rounds(self) -> Iterator[None]:
        """Until the deletions have ended, and once more."""
        while True:
            over = self.ended.is_set()
            yield
            if over:
                return

    def _note(self, what: str, value: int, exchange: Exchange) -> None:
        self.answers.append(
            EndAnswer(exchange.sent_at_ns, exchange.answered_at_ns or 0, value, what=what, exchange=exchange)
        )
