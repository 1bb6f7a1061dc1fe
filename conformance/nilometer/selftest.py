"""Does the suite notice what it claims to notice? Every known bug of the reference broker, and who catches it.

    fault      reference+B028, in a process of its own
    judged     the first requirement that the fault names; the others where that one finds nothing
    control    the reference without a bug, with the same requirements and seed: nothing may be violated
    killed     the first named requirement is violated
    caught     another named one is, the first is not          a hole in the first
    survived   none is                                         a hole in the suite
    silent     the fault never made a difference               the workload does not reach it, whatever was found

With `every` requirement in place of the named ones the row also shows who else notices.
The broker looks for overdue transactions more often than Kafka does by default: that would only be waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from nilometer.campaign import Campaign, Column
from nilometer.catalogue import Catalogue
from nilometer.requirement import Requirement
from nilometer.settings import Settings
from nilometer.targets.reference import ReferenceTarget
from nilometer.verdict import Result, Verdict
from nilometer_reference.faults.catalogue import all_faults
from nilometer_reference.faults.switch import Fault

CONTROL = "reference"
IN_HASTE = ("--set", "transaction.abort.timed.out.transaction.cleanup.interval.ms=500")
"""Kafka's default is 10,000."""


class Fate(StrEnum):
    """What became of a fault."""

    KILLED = "killed"
    CAUGHT = "caught"
    SURVIVED = "survived"
    SILENT = "silent"
    FAILED = "failed"
    """The broker did not start, or a check broke."""


@dataclass
class Row:
    """One fault, or the control (`fault` is None)."""

    fault: Fault | None
    results: dict[str, Result] = field(default_factory=dict)
    fired: int = 0
    problem: str = ""

    @property
    def violated(self) -> list[str]:
        """Ids of the requirements that found something."""
        return [id for id, result in self.results.items() if result.violations]

    @property
    def broken(self) -> list[str]:
        """Ids of checks that broke."""
        return [id for id, result in self.results.items() if result.verdict is Verdict.ERROR]

    @property
    def fate(self) -> Fate:
        """See the module's table. A control is killed if anything is violated."""
        if self.problem or self.broken:
            return Fate.FAILED
        if self.fault is None:
            return Fate.KILLED if self.violated else Fate.SURVIVED
        if not self.fired:
            return Fate.SILENT
        if self.fault.caught_by[0] in self.violated:
            return Fate.KILLED
        return Fate.CAUGHT if set(self.fault.caught_by) & set(self.violated) else Fate.SURVIVED

    @property
    def ok(self) -> bool:
        """As it must be."""
        return self.fate is (Fate.SURVIVED if self.fault is None else Fate.KILLED)


def chosen_faults(ids: Iterable[str], catalogue: Catalogue) -> list[Fault]:
    """The faults of these ids (all of them without any) whose requirements exist. KeyError for an unknown id."""
    faults = all_faults()
    wanted = [faults[id] for id in ids] if ids else list(faults.values())
    return [fault for fault in wanted if any(id in catalogue for id in fault.caught_by)]


def run(
    faults: Iterable[Fault], catalogue: Catalogue, settings: Settings, *, every: bool = False,
    begins: Callable[[str], None] = lambda _: None,
) -> Iterator[Row]:  # fmt: skip
    """A row each, as soon as it is there; the control comes last, with every requirement that was named."""
    named: set[str] = set()
    for fault in faults:
        begins(fault.id)
        requirements = [one for one in catalogue if every or one.id in fault.caught_by]
        named |= {one.id for one in requirements}
        row = Row(fault)
        first = requirements if every else [one for one in requirements if one.id == fault.caught_by[0]]
        _judge(row, first, settings)
        if row.fate not in (Fate.KILLED, Fate.FAILED):
            _judge(row, [one for one in requirements if one not in first], settings)
        yield row
    begins(CONTROL)
    row = Row(None)
    _judge(row, [one for one in catalogue if one.id in named], settings)
    yield row


def _judge(row: Row, requirements: list[Requirement], settings: Settings) -> None:
    """On a broker of its own; the results are added to the row."""
    if not requirements:
        return
    bug = None if row.fault is None else row.fault.id
    target = ReferenceTarget(CONTROL if bug is None else f"{CONTROL}+{bug}", bug=bug, arguments=IN_HASTE)
    column = Column(target.name, target)
    report = Campaign([column], requirements, settings).run()
    if report.interrupted:
        raise KeyboardInterrupt
    row.results |= column.results
    row.problem = row.problem or column.problem
    row.fired += target.fired
