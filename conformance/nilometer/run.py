"""What a check is given: actors, names, chance, time, and the counters that become its verdict.

    run.session                     a raw client; run.actor() gives another one with its own connections
    run.registry                    the same of a schema registry; run.registry_actor()
    run.topic(configs={…})          a new topic of this run, deleted at the end
    run.name("group")               a new name for anything else
    run.judge(ok, "signature", …)   one instance of the premise: holds if ok, else a counterexample
    run.skip(reason, detail)        one instance that could not be judged
    run.explore(strategy, test)     Hypothesis: generated inputs, and the smallest that contradicts
    run.random, run.seed            chance that --seed repeats

A check that judged nothing ends as `not exercised`, unless the budget is a promise and left it no time: count only what
really was an instance of the premise.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NoReturn, TypeVar

from hypothesis.strategies import SearchStrategy

from nilometer.clients.cluster import Versions
from nilometer.clients.exchange import Journal, Recorded
from nilometer.clients.observations import Topic
from nilometer.clients.registry import RegistryClient
from nilometer.clients.session import Session
from nilometer.exploration import Contradiction, explore
from nilometer.requirement import Requirement
from nilometer.settings import Settings
from nilometer.targets.target import Kind, Target
from nilometer.verdict import COUNTEREXAMPLES_KEPT, Counterexample, NotObservable, Reason, Result, Verdict

STEPS_KEPT = 24
"""Exchanges kept as evidence of one counterexample."""
GRACE_S = 10.0
"""A check whose time is over may end what it has begun within this time."""
T = TypeVar("T")


@dataclass
class Subject:
    """The target of a run, once we have shaken hands with it."""

    name: str
    bootstrap: list[tuple[str, int]]
    versions: Versions
    journal: Journal
    target: Target | None = None
    """Who started it, if its processes are ours to stop."""
    topics: list[str] = field(default_factory=list)
    """Made by this run and not yet deleted; of a registry: subjects."""
    groups: list[str] = field(default_factory=list)
    nodes: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Node ids with their addresses, as Metadata shows them."""
    cluster_id: str = ""

    @property
    def kind(self) -> Kind:
        """What it is."""
        return Kind.BROKER

    def session(self, settings: Settings, client_id: str = "nilometer") -> Session:
        """A new actor."""
        return Session(
            list(self.bootstrap), self.journal, self.versions, timeout_s=settings.timeout_s, client_id=client_id
        )

    def registry(self, settings: Settings, client_id: str = "nilometer") -> RegistryClient:
        """A new actor of a schema registry; a broker has none."""
        raise TypeError(f"{self.name} is a {self.kind}: {client_id} finds no schema registry ({settings.run_id})")


class OutOfTime(NotObservable):
    """The requirement's time is over."""

    def __init__(self) -> None:
        super().__init__(Reason.TIME, "the time for this requirement was over")


class Run:
    """One requirement on one target."""

    def __init__(
        self,
        requirement: Requirement,
        subject: Subject,
        settings: Settings,
        deadline: float,
        limit: float | None = None,
    ) -> None:
        self.requirement = requirement
        self.subject = subject
        self.settings = settings
        self.deadline = deadline
        """`time.monotonic()` at which generated cases end."""
        self.limit = deadline + GRACE_S if limit is None else limit
        """`time.monotonic()` after which no request leaves any more."""
        self.seed = f"{settings.seed}:{requirement.id}"
        self.random = random.Random(self.seed)
        self.result = Result(requirement.id, requirement.level)
        self._skipped_why: dict[Reason, str] = {}
        self._actors: list[Session | RegistryClient] = []
        self._actors_made = 0
        self._session: Session | None = None
        self._registry: RegistryClient | None = None
        self._names = 0
        self._exploring = False
        self.stopped: NotObservable | None = None
        """Why `stop` was called, once it was."""

    # ------------------------------------------------------------------------------------------ actors and names

    @property
    def session(self) -> Session:
        """The first actor."""
        if self._session is None:
            self._session = self.actor()
        return self._session

    @property
    def versions(self) -> Versions:
        """What the target advertises."""
        return self.subject.versions

    @property
    def journal(self) -> Journal:
        """All traffic of the run."""
        return self.subject.journal

    @property
    def liveness_s(self) -> float:
        """T of statements of the form "within T"."""
        return self.settings.liveness_s

    def actor(self, client_id: str | None = None) -> Session:
        """Another client with its own connections; closed when the check ends. Its client id names it in evidence."""
        self._actors_made += 1
        session = self.subject.session(self.settings, client_id or f"nilometer-{self._actors_made}")
        session.before_call = self._tick
        self._actors.append(session)
        return session

    @property
    def registry(self) -> RegistryClient:
        """The first actor of a schema registry."""
        if self._registry is None:
            self._registry = self.registry_actor()
        return self._registry

    def registry_actor(self) -> RegistryClient:
        """Another client of the registry with its own connection."""
        self._actors_made += 1
        client = self.subject.registry(self.settings, f"nilometer-{self._actors_made}")
        client.before_call = self._tick
        self._actors.append(client)
        return client

    def name(self, what: str) -> str:
        """A name that nobody has used: `nilometer-k3f9q2-L3-topic-1`."""
        self._names += 1
        return f"{self.settings.prefix}-{self.settings.run_id}-{self.requirement.id}-{what}-{self._names}"

    def topic(self, *, partitions: int = 1, configs: dict[str, str] | None = None) -> Topic:
        """A new topic, ready to be written. NotObservable where it cannot be made like that."""
        name = self.name("topic")
        self.subject.topics.append(name)
        return self.session.create_topic(name, partitions=partitions, configs=configs)

    def group(self) -> str:
        """A new group id; the group is deleted at the end."""
        name = self.name("group")
        self.subject.groups.append(name)
        return name

    def schema_subject(self, prefix: str = "") -> str:
        """A new name in the registry, after `prefix` (a context); what is registered there is deleted at the end."""
        name = prefix + self.name("subject")
        self.subject.topics.append(name)
        return name

    def cases(self, base: int) -> int:
        """How many generated cases this profile asks for, `base` being those of smoke."""
        return base * self.settings.depth

    def _tick(self) -> None:
        self._refuse_when_stopped()
        if time.monotonic() > self.limit:
            raise OutOfTime

    @property
    def out_of_time(self) -> bool:
        """Whether generated cases should end."""
        return self.stopped is not None or time.monotonic() > self.deadline

    # ------------------------------------------------------------------------------------------ stopping

    def stop(self, why: NotObservable) -> None:
        """From another thread: the check ends soon, and judges nothing more.

        Its connections are cut, so that whatever it waits for comes to an end. What it makes of that is refused:
        a connection that we cut says nothing about the target.
        """
        self.stopped = why
        for actor in list(self._actors):
            actor.cut()

    def _refuse_when_stopped(self) -> None:
        if self.stopped is not None:
            raise NotObservable(self.stopped.reason, self.stopped.detail)

    # ------------------------------------------------------------------------------------------ counting

    def holds(self, count: int = 1) -> None:
        """`count` instances were judged, none contradicts."""
        self._refuse_when_stopped()
        self.result.judged += count

    def judge(
        self,
        ok: bool,
        signature: str,
        *,
        expected: object = "",
        seen: object = "",
        evidence: Iterable[Recorded] | Recorded | None = None,
    ) -> bool:
        """One instance of the premise. Returns `ok`; inside `explore` a contradiction does not return."""
        if ok:
            self.holds()
        else:
            self.violated(signature, expected=expected, seen=seen, evidence=evidence)
        return ok

    def violated(
        self,
        signature: str,
        *,
        expected: object,
        seen: object,
        evidence: Iterable[Recorded] | Recorded | None = None,
    ) -> None:
        """One instance contradicts. Without `evidence` the last exchanges are it."""
        self._refuse_when_stopped()
        if signature not in self.requirement.signatures:
            raise ValueError(f"{self.requirement.id} declares no signature {signature!r}")
        exchanges = self._evidence(evidence)
        counterexample = Counterexample(
            signature, str(expected), str(seen), tuple(one.step(self.journal.origin_ns) for one in exchanges)
        )
        if self._exploring:
            raise Contradiction(counterexample)
        self.record(counterexample)

    def record(self, counterexample: Counterexample) -> None:
        """Count a contradiction; the first ones are kept."""
        self.result.judged += 1
        self.result.violations += 1
        if len(self.result.counterexamples) < COUNTEREXAMPLES_KEPT:
            self.result.counterexamples.append(counterexample)

    def skip(self, reason: Reason, detail: str, count: int = 1) -> None:
        """Instances that could not be judged; the check goes on."""
        self.result.skipped[reason] += count
        self._skipped_why.setdefault(reason, detail)

    def not_observable(self, reason: Reason, detail: str) -> NoReturn:
        """End the check (or the example): what it needs is not there."""
        raise NotObservable(reason, detail)

    def note(self, text: str) -> None:
        """A measured fact for the report; judges nothing."""
        if text not in self.result.notes:
            self.result.notes.append(text)

    def _evidence(self, evidence: Iterable[Recorded] | Recorded | None) -> list[Recorded]:
        if evidence is None:
            return self.journal.recent(STEPS_KEPT if self._exploring else 4)
        chosen = list(evidence) if isinstance(evidence, Iterable) else [evidence]
        chosen.sort(key=lambda one: one.number)
        return chosen if len(chosen) <= STEPS_KEPT else [*chosen[:4], *chosen[4 - STEPS_KEPT :]]

    # ------------------------------------------------------------------------------------------ generated cases

    def explore(self, strategy: SearchStrategy[T], test: Callable[[T], None], *, examples: int) -> None:
        """`examples` inputs (see `cases`) for `test`, which judges; the smallest contradiction is recorded.

        `test` must start from nothing each time (a new topic, a new actor): it is run again and again while
        Hypothesis looks for a smaller input. See `exploration.py`.
        """
        self._exploring = True
        try:
            found = explore(self, strategy, test, examples)
        finally:
            self._exploring = False
        if found is not None:
            self.record(found)

    def close_examples(self) -> None:
        """Close the actors of an example that has ended."""
        first = (self._session, self._registry)
        for actor in self._actors:
            if actor not in first:
                actor.close()
        self._actors = [one for one in first if one is not None]

    # ------------------------------------------------------------------------------------------ end

    def finish(self) -> Result:
        """The verdict from the counters."""
        result = self.result
        if result.verdict is Verdict.ERROR:
            return result
        if result.violations:
            result.verdict = Verdict.VIOLATED
        elif result.judged:
            result.verdict = Verdict.HOLDS
        elif result.skipped:
            result.verdict = Verdict.NOT_OBSERVABLE
            result.reason = result.skipped.most_common(1)[0][0]
        elif self.settings.is_promise and time.monotonic() > self.deadline:
            result.verdict, result.reason = Verdict.NOT_OBSERVABLE, Reason.TIME
            result.detail = "its time was over before an instance of its premise occurred"
        else:
            result.verdict = Verdict.NOT_EXERCISED
            result.detail = "no instance of its premise occurred"
        if result.skipped and not result.detail:
            result.detail = self._skipped_why[result.skipped.most_common(1)[0][0]]
        return result

    def close(self) -> None:
        """Close every actor."""
        for actor in self._actors:
            actor.close()
        self._actors.clear()
