"""The report on a terminal: what ran, one line a requirement, failures with their exchanges, totals.

head(report), plan_lines(report)     before anything is judged
table(report)                        a row a requirement, a column a target, by area
not_judged(report)                   every verdict that is neither pass nor violation, with its reason
failures.py                          each violation, with what shows it
totals(report)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from textwrap import shorten

from nilometer.campaign import Column, Report
from nilometer.registries.routes import NAMES
from nilometer.registries.subject import RegistrySubject
from nilometer.report.ink import Ink
from nilometer.report.records import count_words, fingerprint, suite_version
from nilometer.verdict import Reason, Result, Verdict, Word

KNOWN_RANGES = {"4748c61c3809": "Apache Kafka 4.3"}
"""`fingerprint` to product and version: what `nilometer probe kafka:` shows of 4.3.1, every feature finalized."""
CELL_MIN = 12


def head(report: Report) -> str:
    """The run in one line."""
    settings = report.settings
    return f"nilometer {suite_version()}  profile {settings.profile}  seed {settings.seed}  run {settings.run_id}"


def target_lines(column: Column) -> Iterator[str]:
    """What a target is, and what will happen to it."""
    yield f"{column.name}  {column.target.describe()}"
    if column.subject is None:
        for line in column.problem.splitlines():
            yield f"  {line}"
        return
    subject = column.subject
    if isinstance(subject, RegistrySubject):
        served = len(subject.routes.served)
        yield f"  {subject.url}  {served} of {len(NAMES)} routes" + "".join(
            f"\n    not served: {name}" for name in subject.routes.missing
        )
        yield f"  plan  {column.plan.line}"
        return
    nodes = max(1, len(subject.nodes))
    known = KNOWN_RANGES.get(fingerprint(subject.versions), "")
    yield (
        f"  {','.join(f'{host}:{port}' for host, port in subject.bootstrap)}  {nodes} node{'s' * (nodes > 1)}  "
        f"{len(subject.versions.ranges)} APIs" + (f"  same ranges as {known}" if known else "")
    )
    yield f"  plan  {column.plan.line}"


def table(report: Report, ink: Ink, width: int) -> Iterator[str]:
    """The verdicts."""
    columns = [column for column in report.columns if column.subject is not None]
    if not columns:
        return
    cells = {column.name: {id: cell(result) for id, result in column.results.items()} for column in columns}
    widths = [
        max(CELL_MIN, len(column.name), *(len(text) for text in cells[column.name].values()), 0) for column in columns
    ]
    title_width = max(20, width - 16 - sum(one + 2 for one in widths))
    area = ""
    for requirement in sorted(report.requirements, key=lambda one: (one.order[1:], one.id)):
        if requirement.area != area:
            area = requirement.area
            names = "  ".join(f"{column.name:{size}}" for column, size in zip(columns, widths, strict=True))
            yield ""
            yield ink.bold(f"{area:{title_width + 14}}  ") + ink.dim(names.rstrip())
        row = (
            f"  {requirement.level:6}  {requirement.id:4}  {_cut(requirement.title, title_width - 2):{title_width - 2}}"
        )
        for column, size in zip(columns, widths, strict=True):
            result = column.results.get(requirement.id)
            text = "" if result is None else cells[column.name][requirement.id]
            row += "  " + ("" if result is None else ink.word(result.word, f"{text:{size}}"))
        yield row.rstrip()


def cell(result: Result) -> str:
    """`pass 204`, `fail 3 of 20`, `n/a`."""
    if result.violations:
        return f"{result.word} {result.violations} of {result.judged}"
    return f"{result.word} {result.judged}" if result.judged else str(result.word)


def not_judged(report: Report, ink: Ink, *, every: bool = False) -> Iterator[str]:
    """What was not seen, and why: the same reason once, with all its requirements.

    Generated cases that the time cut short are a matter of depth, not of sight: named only if `every` one is asked for.
    """
    for column in report.columns:
        if column.subject is None:
            continue
        groups: dict[tuple[Word, Reason | None, str], list[str]] = defaultdict(list)
        for result in column.results.values():
            if result.verdict in (Verdict.NOT_OBSERVABLE, Verdict.NOT_EXERCISED):
                groups[result.word, result.reason, result.detail].append(result.id)
            elif result.verdict is not Verdict.ERROR and (
                result.skipped if every else set(result.skipped) - {Reason.TIME}
            ):
                instances = f"{result.skipped.total()} instance{'s' * (result.skipped.total() > 1)} not judged"
                why = f"{instances} ({', '.join(result.skipped)}): {result.detail}"
                groups[result.word, None, why].append(result.id)
        if not groups:
            continue
        yield ""
        yield ink.bold(f"not judged on {column.name}")
        for (word, reason, detail), ids in sorted(groups.items(), key=lambda one: (one[0][0], -len(one[1]))):
            why = f"{reason}: {detail}" if reason is not None else detail
            yield f"  {ink.word(word, f'{word:8}')}  {' '.join(ids)}  {_cut(why, 160)}"


def totals(report: Report, ink: Ink) -> Iterator[str]:
    """Counts of every target; what was left behind; how long it took."""
    yield ""
    widest = max((len(column.name) for column in report.columns), default=0)
    for column in report.columns:
        counts = "  ".join(ink.word(word, f"{count} {word}") for word, count in count_words(column.results).items())
        yield f"{column.name:{widest}}  {counts or 'nothing'}"
        if column.problem and column.subject is not None:
            yield f"{'':{widest}}  {column.problem}"
        if column.leftovers:
            yield f"{'':{widest}}  left behind: {', '.join(column.leftovers[:8])}" + (
                f" and {len(column.leftovers) - 8} more" if len(column.leftovers) > 8 else ""
            )
    if report.interrupted:
        yield "interrupted: what was found until then stands above"


def duration(seconds: float) -> str:
    """`4m12s`, `0.8s`."""
    return f"{seconds:.1f}s" if seconds < 60 else f"{int(seconds) // 60}m{int(seconds) % 60:02}s"


def _cut(text: str, width: int) -> str:
    return shorten(text, max(width, 8), placeholder="…")
