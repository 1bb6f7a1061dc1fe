"""`report.jsonl`: one JSON object a line, flushed as things happen: a killed run leaves its results.

    nilometer-report/report.jsonl            the last run
    nilometer-report/report-k3f9q2.jsonl     an older one, under its run id

`read` gives the records of a file back; one that ends in the middle of a line is read up to there.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TextIO

from nilometer.campaign import Column, Listener, Report
from nilometer.report.records import footer, header, requirement_record, result_record
from nilometer.requirement import Requirement
from nilometer.settings import Settings
from nilometer.verdict import Result

NAME = "report.jsonl"


class BadReport(Exception):
    """A file that is no report: which line, and what is wrong with it."""


class JsonLines(Listener):
    """Writes records to a stream; `campaign` knows the settings."""

    def __init__(self, stream: TextIO, settings: Settings) -> None:
        self.stream = stream
        self.settings = settings

    def write(self, record: dict[str, Any]) -> None:
        """One line, out of our hands at once."""
        self.stream.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
        self.stream.flush()

    def began(self, report: Report) -> None:
        """Header and requirements."""
        self.write(header(report))
        for one in report.requirements:
            self.write(requirement_record(one))

    def judged(self, column: Column, requirement: Requirement, result: Result) -> None:
        """A result."""
        self.write(result_record(column, requirement, result, self.settings))

    def ended(self, report: Report) -> None:
        """The footer."""
        self.write(footer(report))


def open_report(directory: Path) -> TextIO:
    """The file of a new report; an older one is renamed with its run id, never overwritten. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / NAME
    if path.exists():
        path.rename(_free_name(directory, _run_id(path)))
    return path.open("w", encoding="utf-8")


def _run_id(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return str(json.loads(file.readline())["run"])
    except (ValueError, KeyError, TypeError, OSError):
        return "unreadable"


def _free_name(directory: Path, run_id: str) -> Path:
    safe = "".join(letter for letter in run_id if letter.isalnum()) or "unreadable"
    path, number = directory / f"report-{safe}.jsonl", 1
    while path.exists():
        number += 1
        path = directory / f"report-{safe}-{number}.jsonl"
    return path


def read(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """All records of a file; an unfinished last line is left out. `BadReport` says file, line and what is wrong."""
    records: list[dict[str, Any]] = []
    text = Path(path).read_text("utf-8")
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        try:
            record = json.loads(line)
        except ValueError as error:
            if not line.endswith("\n"):
                break
            raise BadReport(f"{path}, line {number}: not JSON: {error}") from error
        if not isinstance(record, dict) or "t" not in record:
            raise BadReport(f"{path}, line {number}: expected an object with the field 't'")
        records.append(record)
    if not records or records[0]["t"] != "header":
        raise BadReport(f"{path}, line 1: expected the header of a report")
    return records


def is_complete(records: list[dict[str, Any]]) -> bool:
    """Whether the run came to its end."""
    return records[-1]["t"] == "footer" and bool(records[-1]["complete"])


__all__ = ["NAME", "BadReport", "JsonLines", "is_complete", "open_report", "read"]
