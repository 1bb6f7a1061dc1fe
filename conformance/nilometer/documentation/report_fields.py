"""The fields of `report.jsonl`, schema `nilometer-report/1`; the tests compare them with reports that were written."""

from __future__ import annotations

from nilometer.documentation import markdown
from nilometer.documentation.markdown import escape, table

RECORDS = {
    "header": "the run, first line",
    "req": "each requirement that was selected",
    "result": "each requirement on each target, as soon as it is judged",
    "footer": "the end; a file without it was cut off",
}

FIELDS: dict[str, dict[str, str]] = {
    "header": {
        "t": "`header`",
        "schema": "`nilometer-report/1`",
        "suite": "version of nilometer",
        "python": "version of Python",
        "run": "six characters in the names of this run's topics, groups and transactional ids",
        "seed": "for `--seed`",
        "profile": "smoke, core, full, soak",
        "budget_s": "seconds for all requirements together",
        "argv": "the command",
        "started": "instant, ISO 8601, UTC",
        "targets": "one object each, see *target*",
    },
    "target": {
        "id": "title of its column",
        "spec": "as it was given",
        "what": "what it is, in words",
        "bootstrap": "addresses, HOST:PORT",
        "nodes": "number of brokers in Metadata",
        "cluster": "cluster id",
        "apis": "advertised versions: key to [first, last], both inclusive; empty for a registry",
        "features": "finalized features with their levels; of a registry what was found out about it",
        "fingerprint": "12 digits that targets share when they advertise the same versions",
        "problem": "in the place of the last six: why it could not be reached",
    },
    "req": {
        "t": "`req`",
        "id": "L3",
        "name": "log.fidelity",
        "area": "log",
        "level": "MUST, SHOULD, INFO",
        "title": "beginning of the sentence",
        "text": "the sentence",
        "sources": "KIPs, files of Kafka, issues",
        "apis": "APIs it cannot do without, with the lowest version that is of use",
        "signatures": "ways to fail, each with one sentence",
    },
    "result": {
        "t": "`result`",
        "req": "id of the requirement",
        "target": "id of the target",
        "verdict": "pass, fail, weak, info, n/a, not-run, unknown, error",
        "premise": "instances that were judged, violations included",
        "violations": "instances that contradict",
        "ms": "how long it took",
        "signature": "of the first counterexample",
        "message": "why there is no verdict, or what went wrong with us",
        "reason": "the same as one word of a closed list",
        "skipped": "instances that could not be judged: reason to count",
        "notes": "measured facts that are not judged",
        "counterexamples": "up to 20, see *counterexample*",
        "again": "the command that shows it again",
        "traceback": "of an error of ours",
    },
    "counterexample": {
        "signature": "which way to fail",
        "expected": "what must have been",
        "seen": "what was",
        "steps": "the exchanges that show it, see *step*",
        "example": "the smallest generated input that leads here; empty if the case was directed",
        "shrunk_from": "failing inputs tried before this one; 0 for directed cases",
    },
    "step": {
        "number": "of the exchange, over the whole run",
        "at_ms": "when the request left, since the run began",
        "actor": "client id of the connection",
        "node": "HOST:PORT it went to",
        "api": "Produce, Fetch, …; of a registry the method, GET, POST, …",
        "version": "of the request; null to a registry",
        "request": "its fields; records as a summary; to a registry path and body",
        "response": "its fields, or why there is none; of a registry status and body",
        "took_ms": "null without an answer",
    },
    "footer": {
        "t": "`footer`",
        "counts": "target to verdict to count",
        "not_run": "reason to count, of `not-run`",
        "problems": "target to why it could not be reached, or what became of it",
        "leftovers": "target to topics, groups and subjects that could not be deleted",
        "ms": "of the whole run",
        "exit": "the exit code",
        "complete": "false if the run was interrupted",
    },
}


def page() -> str:
    """The whole page."""
    opening = (
        "One JSON object a line, in `nilometer-report/report.jsonl` (`-o` moves it) or, with `--json`, on standard "
        "output. Lines are written as things happen. An older report is renamed with its run id, never overwritten."
    )
    parts = [
        opening,
        table(["`t`", "one for"], [[f"`{kind}`", text] for kind, text in RECORDS.items()]),
        "Fields of `result` from `signature` on are there only when there is something to say.",
    ]
    for kind, fields in FIELDS.items():
        rows = [[f"`{field}`", text if text.startswith("`") else escape(text)] for field, text in fields.items()]
        parts += [f"## {kind}", table(["field", "meaning"], rows)]
    return markdown.page("report.jsonl", *parts)
