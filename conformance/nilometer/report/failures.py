"""Each violation and error as a reader checks it: sentence, expected and seen, exchanges, the line that repeats it.

FAIL  L3 log.fidelity: A fetched record equals the produced one
      noida:, record-changed: 2 of 20 instances contradict
      expected  …
      seen      …
      #    at ms  actor        exchange
      12    41.2  nilometer-1  Produce v11 acks=-1 … -> responses=[…]
      again  nilometer check noida: -k L3 --seed 24301
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from nilometer.campaign import Column, Report
from nilometer.report.ink import Ink
from nilometer.report.records import again
from nilometer.requirement import Requirement
from nilometer.survival import UNIVERSAL_SIGNATURES
from nilometer.verdict import Counterexample, Result, Step, Word

INDENT = " " * 6
STEPS_SHOWN = 12
TEXT_SHOWN = 600


def failures(report: Report, ink: Ink, width: int, *, every: bool = False) -> Iterator[str]:
    """All violations and errors of all targets; of each signature the first, or `every` one."""
    for requirement in report.requirements:
        for column in report.columns:
            result = column.results.get(requirement.id)
            if result is not None and (result.violations or result.word is Word.ERROR):
                yield from failure(
                    column,
                    requirement,
                    result,
                    again(column, requirement, report.settings),
                    ink=ink,
                    width=width,
                    every=every,
                )


def failure(
    column: Column, requirement: Requirement, result: Result, line: str, *, ink: Ink, width: int, every: bool
) -> Iterator[str]:
    """One of them; `line` shows it again."""
    yield ""
    word = ink.word(result.word, str(result.word).upper())
    yield from _wrapped(f"{word}  {requirement.id} {requirement.name}: {requirement.sentence}", width, "", INDENT)
    if result.word is Word.ERROR:
        yield f"{INDENT}{column.name}: {result.detail}"
        yield from (f"{INDENT}{line}" for line in result.traceback.splitlines())
    shown: set[str] = set()
    for found in result.counterexamples:
        if found.signature in shown and not every:
            continue
        shown.add(found.signature)
        meaning = {**UNIVERSAL_SIGNATURES, **requirement.signatures}.get(found.signature, "")
        count = f"{result.violations} of {result.judged} instances contradict"
        yield from _wrapped(f"{column.name}, {found.signature} ({meaning}); {count}", width)
        yield from counterexample(found, width)
    if result.deviation:
        yield from _labelled("known", result.deviation, width)
    if result.counterexamples:
        yield f"{INDENT}again     {line}"


def counterexample(found: Counterexample, width: int) -> Iterator[str]:
    """Expected, seen, generated input, exchanges."""
    yield from _labelled("expected", found.expected, width)
    yield from _labelled("seen", found.seen, width)
    if found.example:
        of = f", the smallest of {found.shrunk_from} that contradict" if found.shrunk_from > 1 else ""
        yield from _labelled("input", found.example + of, width)
    steps = found.steps
    left_out = len(steps) - STEPS_SHOWN
    shown = steps if left_out <= 0 else (*steps[:3], *steps[3 - STEPS_SHOWN :])
    for place, one in enumerate(shown):
        if left_out > 0 and place == 3:
            yield f"{INDENT}  … {left_out} exchanges more, see report.jsonl"
        yield from step(one, width)


def step(one: Step, width: int) -> Iterator[str]:
    """A request on its lines, the response below it."""
    took = "" if one.took_ms is None else f" after {one.took_ms:.1f} ms"
    version = "" if one.version is None else f" v{one.version}"
    yield from _wrapped(f"#{one.number} at {one.at_ms:.1f} ms, {one.actor} to {one.node}: {one.api}{version}", width)
    yield from _wrapped("-> " + _cut(one.request), width, INDENT + "  ", INDENT + "     ")
    yield from _wrapped(f"<-{took} " + _cut(one.response), width, INDENT + "  ", INDENT + "     ")


def notes(report: Report, ink: Ink) -> Iterator[str]:
    """Measured facts that judge nothing."""
    lines = [f"  {result.id:4} {column.name}  {note}" for column, result in report.results() for note in result.notes]
    if lines:
        yield ""
        yield ink.bold("measured")
        yield from lines


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    for line in (text or "-").splitlines() or ["-"]:
        yield from _wrapped(_cut(line), width, f"{INDENT}{label:8}  ", INDENT + " " * 10)
        label = ""


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else f"{text[:TEXT_SHOWN]}… ({len(text) - TEXT_SHOWN} characters more)"


def _wrapped(text: str, width: int, first: str = INDENT, rest: str = INDENT + "  ") -> Iterator[str]:
    yield from wrap(text, max(width, 60), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or [
        first.rstrip()
    ]
