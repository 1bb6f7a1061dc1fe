"""V5: the last stable offset is where the earliest open transaction began."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from nilometer.checkers.end_offsets import EndAnswer, never_decreasing
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.exchange import Exchange
from nilometer.clients.session import LATEST, READ_COMMITTED
from nilometer.clients.transactional import TransactionalProducer
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer.workloads.batches import named_plan
from nilometer.workloads.known_log import KnownLog, transaction_protocol

PRODUCERS = 3
STEPS = ("write", "write", "commit", "abort", "append")


@requirement(
    id="V5",
    name="visibility.last_stable_offset",
    level="MUST",
    sentence="The last stable offset is the first offset of the earliest open transaction, or the high watermark "
    "when none is open; it never goes back",
    profiles=("eos",),
    sources=("KIP-98", "KIP-890"),
    apis={"Produce": 3, "Fetch": 4, "ListOffsets": 2, "InitProducerId": 0, "EndTxn": 0},
    signatures={
        "beyond-open-transaction": "the last stable offset lies above the first offset of a transaction that is open",
        "below-open-transaction": "the last stable offset lies below the first offset of the earliest open transaction",
        "below-high-watermark": "no transaction is open, and the last stable offset stays below the high watermark",
        "last-stable-went-back": "an answer is lower than one that had returned before it was asked for",
    },
)
def check(run: Run) -> None:
    """Histories of three transactional producers and a plain one on one partition."""
    transaction_protocol(run)
    steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, PRODUCERS - 1)), min_size=2, max_size=8)
    run.explore(steps, lambda chosen: follow(run, chosen), examples=run.cases(2))


@dataclass(frozen=True)
class Open:
    """A transaction that has written and not ended."""

    first_offset: int
    exchange: Exchange


def follow(run: Run, steps: list[tuple[str, int]]) -> None:
    """After each step the last stable offset is asked for by both APIs."""
    history = History(run)
    for number, (what, who) in enumerate(steps):
        plan = named_plan(f"s{number}", 2, wall_clock_ms())
        if what == "append":
            history.log.append(plan)
        elif what == "write":
            written = history.log.write_in_transaction(history.producer(who), plan)
            history.open.setdefault(who, Open(written.base_offset, written.produced.exchange))
        elif who in history.open:
            ended = history.producer(who).finished(what == "commit").exchange
            del history.open[who]
            history.await_markers(ended)
        history.judge()
    for who in list(history.open):
        history.producer(who).finished(commit=False)
    never_decreasing(history.answers, "last-stable-went-back").tell(run)


class History:
    """What is open, and what was answered."""

    def __init__(self, run: Run) -> None:
        """An empty log."""
        self.run = run
        self.log = KnownLog(run, run.topic())
        self.open: dict[int, Open] = {}
        self.answers: list[EndAnswer] = []
        self._producers: dict[int, TransactionalProducer] = {}

    def producer(self, who: int) -> TransactionalProducer:
        """One of the transactional producers."""
        if who not in self._producers:
            self._producers[who] = self.log.new_producer()
        return self._producers[who]

    def ask(self) -> list[EndAnswer]:
        """The last stable offset, by Fetch and by ListOffsets."""
        session, topic = self.run.session, self.log.topic
        fetched = session.fetch(topic, self.log.next_offset, isolation_level=READ_COMMITTED, max_wait_ms=1)
        listed = session.list_offsets(topic, LATEST, isolation_level=READ_COMMITTED)
        found = []
        for ok, value, exchange in (
            (fetched.ok, fetched.last_stable_offset, fetched.exchange),
            (listed.ok, listed.offset, listed.exchange),
        ):
            if ok and value >= 0:
                found.append(
                    EndAnswer(
                        exchange.sent_at_ns, exchange.answered_at_ns or 0, value, what="last stable offset",
                        exchange=exchange,
                    )
                )  # fmt: skip
        return found

    def await_markers(self, ended: Exchange) -> None:
        """Markers may come after the answer to EndTxn; they have come when the last stable offset has moved on."""
        goal = min((one.first_offset for one in self.open.values()), default=None)
        session, topic = self.run.session, self.log.topic

        def reached() -> bool | None:
            stable = session.list_offsets(topic, LATEST, isolation_level=READ_COMMITTED)
            end = session.list_offsets(topic, LATEST)
            wanted = end.offset if goal is None else goal
            return (
                True if stable.ok and end.ok and stable.offset >= wanted and end.offset > self.log.next_offset else None
            )

        try:
            session.until(reached, "the last stable offset moves on", within_s=self.run.liveness_s)
        except NotObservable:
            if goal is None:
                stable = session.list_offsets(topic, LATEST, isolation_level=READ_COMMITTED)
                end = session.list_offsets(topic, LATEST)
                self.run.violated(
                    "below-high-watermark",
                    expected=f"last stable offset {end.offset} within {self.run.liveness_s:g} s after the last open "
                    "transaction has ended",
                    seen=f"last stable offset {stable.offset}", evidence=[ended, stable.exchange, end.exchange],
                )  # fmt: skip
            raise

    def judge(self) -> None:
        """Nobody writes now; an answer is an instance while a transaction is open, or when one was."""
        answers = self.ask()
        self.answers += answers
        if not self.open:
            return
        earliest = min(self.open.values(), key=lambda one: one.first_offset)
        for one in answers:
            signature = "beyond-open-transaction" if one.value > earliest.first_offset else "below-open-transaction"
            evidence = [exchange for exchange in (earliest.exchange, one.exchange) if exchange is not None]
            self.run.judge(
                one.value == earliest.first_offset, signature,
                expected=f"last stable offset {earliest.first_offset}, where the earliest open transaction begins",
                seen=f"last stable offset {one.value}", evidence=evidence,
            )  # fmt: skip
