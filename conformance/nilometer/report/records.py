"""A run as records of `report.jsonl`, schema `nilometer-report/1`: dictionaries that JSON can hold.

t        once for          fields
header   the run           schema, suite, run, seed, profile, argv, started, targets
req      each requirement  id, name, area, level, title, text, sources, apis, signatures
result   each verdict      req, target, verdict, signature, message, premise, violations, skipped, reason, notes,
                           counterexamples (expected, seen, example, steps), again, ms
footer   the end           counts by target and word, not_run by reason, leftovers, ms, exit, complete
"""

from __future__ import annotations

import hashlib
import platform
import shlex
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from nilometer.campaign import Column, Report
from nilometer.clients.cluster import Versions
from nilometer.registries.subject import RegistrySubject
from nilometer.requirement import Requirement
from nilometer.settings import Profile, Settings
from nilometer.verdict import Result, Word

SCHEMA = "nilometer-report/1"
Json = dict[str, Any]


def suite_version() -> str:
    """Of the installed distribution; `unknown` when it runs from somewhere else."""
    try:
        return metadata.version("nilometer")
    except metadata.PackageNotFoundError:
        return "unknown"


def fingerprint(versions: Versions) -> str:
    """12 hexadecimal digits that two brokers share when they advertise the same ranges."""
    text = ";".join(f"{key}:{low}-{high}" for key, (low, high) in sorted(versions.ranges.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def again(column: Column, requirement: Requirement, settings: Settings) -> str:
    """The line that shows a verdict again."""
    words = ["nilometer", "check", column.spec, "-k", requirement.id, "--seed", str(settings.seed)]
    if settings.profile is not Profile.CORE:
        words += ["-p", settings.profile.value]
    if settings.cases is not None:
        words += ["--cases", str(settings.cases)]
    return shlex.join(words)


def header(report: Report) -> Json:
    """First line."""
    settings = report.settings
    return {
        "t": "header",
        "schema": SCHEMA,
        "suite": suite_version(),
        "python": platform.python_version(),
        "run": settings.run_id,
        "seed": settings.seed,
        "profile": settings.profile.value,
        "budget_s": settings.budget,
        "argv": report.argv,
        "started": datetime.fromtimestamp(report.started_at, UTC).isoformat(timespec="seconds"),
        "targets": [target(column) for column in report.columns],
    }


def target(column: Column) -> Json:
    """One target of the header."""
    found: Json = {"id": column.name, "spec": column.spec, "what": column.target.describe()}
    if column.subject is None:
        return {**found, "problem": column.problem}
    subject = column.subject
    if isinstance(subject, RegistrySubject):
        return {**found, "bootstrap": [subject.url], **_registry(subject)}
    return {
        **found,
        "bootstrap": [f"{host}:{port}" for host, port in subject.bootstrap],
        "nodes": len(subject.nodes),
        "cluster": subject.cluster_id,
        "apis": {str(key): list(ends) for key, ends in sorted(subject.versions.ranges.items())},
        "features": subject.versions.features,
        "fingerprint": fingerprint(subject.versions),
    }


def _registry(subject: RegistrySubject) -> Json:
    """A registry in the fields of a target."""
    routes = sorted(subject.routes.served)
    print_ = hashlib.sha256(";".join(routes).encode()).hexdigest()[:12]
    return {"nodes": 1, "cluster": "", "apis": {}, "features": {"routes": routes}, "fingerprint": print_}


def requirement_record(one: Requirement) -> Json:
    """A requirement as the reader of a report needs it."""
    return {
        "t": "req",
        "id": one.id,
        "name": one.name,
        "area": one.area,
        "level": one.level.value,
        "title": one.title,
        "text": one.sentence,
        "sources": list(one.sources),
        "apis": dict(one.apis),
        "signatures": dict(one.signatures),
    }


def result_record(column: Column, requirement: Requirement, result: Result, settings: Settings) -> Json:
    """A verdict with its evidence."""
    record: Json = {
        "t": "result",
        "req": result.id,
        "target": column.name,
        "verdict": result.word.value,
        "premise": result.judged,
        "violations": result.violations,
        "ms": result.elapsed_ms,
    }
    if result.signature:
        record["signature"] = result.signature
    if result.detail:
        record["message"] = result.detail
    if result.reason is not None:
        record["reason"] = result.reason.value
    if result.skipped:
        record["skipped"] = {reason.value: count for reason, count in result.skipped.items()}
    if result.deviation:
        record["deviation"] = result.deviation
    if result.notes:
        record["notes"] = result.notes
    if result.counterexamples:
        record["counterexamples"] = [asdict(one) for one in result.counterexamples]
        record["again"] = again(column, requirement, settings)
    if result.traceback:
        record["traceback"] = result.traceback
    return record


def count_words(results: dict[str, Result]) -> Counter[Word]:
    """How often each word stands in a column, the worst first."""
    counted = Counter(result.word for result in results.values())
    return Counter({word: counted[word] for word in WORST_FIRST if counted[word]})


WORST_FIRST = (
    Word.ERROR, Word.FAIL, Word.UNKNOWN, Word.XFAIL, Word.WEAK, Word.PASS, Word.INFO, Word.NOT_APPLICABLE, Word.NOT_RUN,
)  # fmt: skip
"""As totals show them: trouble, then what was seen, then what was not."""


def footer(report: Report) -> Json:
    """Last line; a file without it is not complete."""
    not_run = Counter(
        result.reason.value
        for _, result in report.results()
        if result.word is Word.NOT_RUN and result.reason is not None
    )
    return {
        "t": "footer",
        "counts": {
            column.name: {word.value: count for word, count in count_words(column.results).items()}
            for column in report.columns
        },
        "not_run": dict(not_run),
        "problems": {column.name: column.problem for column in report.columns if column.problem},
        "leftovers": {column.name: column.leftovers for column in report.columns if column.leftovers},
        "ms": round(report.elapsed_s * 1000),
        "exit": int(report.exit_code()),
        "complete": not report.interrupted,
    }
