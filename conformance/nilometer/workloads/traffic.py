"""Writers, readers and askers at once on one partition, and everything that they saw.

    traffic = Traffic(run, topic).go(writers=2, readers=1, askers=1, appends=10)

    writer    appends batches one after the other, with the given acks
    reader    fetches from offset 0 on until it has seen the end that the last acknowledgement allows
    asker     asks ListOffsets(latest) again and again, until the writers have ended

Values are unique. Writers draw their batches from the run's chance before they begin, so that a seed repeats them.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

from nilometer.checkers.batch_atomicity import Outcome
from nilometer.checkers.definite import is_definite
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched, ListedOffset, Produced, Topic
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import LATEST, READ_UNCOMMITTED, Session
from nilometer.run import Run
from nilometer.workloads.batches import BatchPlan, codecs, named_plan
from nilometer.workloads.together import Job, together

READ_WAIT_MS = 50
IDLE_ROUNDS_MAX = 100


@dataclass(frozen=True)
class Appended:
    """One append and its outcome."""

    writer: int
    number: int
    """In the writer's order of sending."""
    plan: BatchPlan
    acks: int
    exchange: Exchange | None
    produced: Produced | None
    """None without an answer (acks=0, or none came)."""

    @property
    def name(self) -> str:
        """As a report calls it."""
        return f"batch {self.writer}.{self.number}"

    @property
    def acknowledged(self) -> bool:
        """It has an offset."""
        return self.produced is not None and self.produced.ok

    @property
    def outcome(self) -> Outcome:
        """What its producer knows."""
        if self.acknowledged:
            return Outcome.ACKNOWLEDGED
        refused = self.produced is not None and is_definite(self.produced.error_code)
        return Outcome.REFUSED if refused else Outcome.UNKNOWN

    @property
    def values(self) -> list[bytes]:
        """Of its records."""
        return [one.value or b"" for one in self.plan.records]


@dataclass
class Traffic:
    """On one partition."""

    run: Run
    topic: Topic
    partition: int = 0
    appended: list[Appended] = field(default_factory=list)
    fetched: dict[int, list[Fetched]] = field(default_factory=dict)
    """By reader, in the reader's order."""
    asked: dict[int, list[ListedOffset]] = field(default_factory=dict)
    """By asker."""
    _writers_left: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ended: threading.Event = field(default_factory=threading.Event)

    def go(
        self,
        *,
        writers: int = 2,
        readers: int = 0,
        askers: int = 0,
        appends: int = 8,
        acks: Sequence[int] = (-1,),
        records_max: int = 3,
        isolation_levels: Sequence[int] = (READ_UNCOMMITTED,),
    ) -> Self:
        """Returns when everybody has ended. Each append draws from `acks`; readers and askers share out the levels."""
        self._writers_left = writers
        seeds = [self.run.random.getrandbits(32) for _ in range(writers)]
        jobs = [self._writer(number, seed, appends, acks, records_max) for number, seed in enumerate(seeds)]
        jobs += [self._reader(number, isolation_levels[number % len(isolation_levels)]) for number in range(readers)]
        jobs += [self._asker(number, isolation_levels[number % len(isolation_levels)]) for number in range(askers)]
        together(self.run, jobs)
        return self

    # ------------------------------------------------------------------------------------------ what was seen

    @property
    def acknowledged(self) -> list[tuple[Appended, Produced]]:
        """Appends with an offset."""
        return [(one, one.produced) for one in self.appended if one.produced is not None and one.produced.ok]

    @property
    def fetches(self) -> list[Fetched]:
        """Of all readers."""
        return [one for fetches in self.fetched.values() for one in fetches]

    @property
    def answers(self) -> list[ListedOffset]:
        """Of all askers."""
        return [one for answers in self.asked.values() for one in answers]

    # ------------------------------------------------------------------------------------------ jobs

    def _writer(self, number: int, seed: int, appends: int, acks: Sequence[int], records_max: int) -> Job:
        chance = random.Random(seed)
        usable = codecs(self.run.versions)
        planned = [
            (named_plan(f"{number}.{n}", chance.randint(1, records_max), wall_clock_ms(), chance.choice(usable)),
             chance.choice(acks))
            for n in range(appends)
        ]  # fmt: skip

        def job(session: Session) -> None:
            try:
                for n, (plan, ack) in enumerate(planned):
                    self.appended.append(self._append(session, number, n, plan, ack))
            finally:
                with self._lock:
                    self._writers_left -= 1
                    if self._writers_left == 0:
                        self._ended.set()

        return job

    def _append(self, session: Session, writer: int, number: int, plan: BatchPlan, acks: int) -> Appended:
        if acks == 0:
            sent = session.produce_unacknowledged(self.topic, plan.encode(), partition=self.partition)
            return Appended(writer, number, plan, acks, sent, None)
        try:
            produced = session.produce(self.topic, plan.encode(), partition=self.partition, acks=acks)
        except NoAnswer as missing:
            return Appended(writer, number, plan, acks, missing.exchange, None)
        return Appended(writer, number, plan, acks, produced.exchange, produced)

    def _end(self) -> int:
        """First offset after everything that was acknowledged."""
        return max((produced.base_offset + len(one.plan.records) for one, produced in self.acknowledged), default=0)

    def _reader(self, number: int, isolation_level: int) -> Job:
        seen = self.fetched.setdefault(number, [])

        def job(session: Session) -> None:
            position, idle, deadline = 0, 0, time.monotonic() + self.run.liveness_s
            while time.monotonic() < deadline and idle < IDLE_ROUNDS_MAX:
                over = self._ended.is_set()
                if over and position >= self._end():
                    return
                fetched = session.fetch(
                    self.topic, position, partition=self.partition, isolation_level=isolation_level,
                    max_wait_ms=READ_WAIT_MS, partition_max_bytes=2_000,
                )  # fmt: skip
                seen.append(fetched)
                if not fetched.ok:
                    return
                idle = idle + 1 if over and fetched.next_offset == position else 0
                position = fetched.next_offset

        return job

    def _asker(self, number: int, isolation_level: int) -> Job:
        seen = self.asked.setdefault(number, [])

        def job(session: Session) -> None:
            while True:
                over = self._ended.is_set()
                seen.append(
                    session.list_offsets(self.topic, LATEST, partition=self.partition, isolation_level=isolation_level)
                )
                if over:
                    return

        return job
