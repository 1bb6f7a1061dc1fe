"""The documented fields are those that reports have."""

import io
import json
from dataclasses import fields

import pytest

from nilometer.documentation.report_fields import FIELDS, RECORDS, page
from nilometer.report.jsonl import JsonLines
from nilometer.settings import Settings
from nilometer.verdict import Counterexample, NotObservable, Reason, Step
from tests.conformance.report.reports import a_report, violates


def skips_and_notes(run):
    run.skip(Reason.NO_ANSWER, "no answer")
    run.note("7 ms")
    run.holds()


def not_seen(_run):
    raise NotObservable(Reason.TIME, "no time")


@pytest.fixture(scope="module")
def records():
    stream = io.StringIO()
    for check in (violates, skips_and_notes, not_seen, lambda run: run.no_such_thing):
        a_report(check, listener=JsonLines(stream, Settings(seed=7)))
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_has_the_documented_fields_and_no_others(kind, records):
    seen = {field for record in records if record["t"] == kind for field in record}
    assert seen == set(FIELDS[kind])


def test_a_target_of_the_header_has_the_documented_fields(records):
    seen = {field for record in records if record["t"] == "header" for one in record["targets"] for field in one}
    assert seen == set(FIELDS["target"]) - {"problem"}


@pytest.mark.parametrize(("kind", "part"), [("counterexample", Counterexample), ("step", Step)])
def test_parts_of_a_result_have_the_documented_fields(kind, part):
    assert [field.name for field in fields(part)] == list(FIELDS[kind])


def test_the_page_has_every_field():
    assert all(f"| `{field}` | " in page() for found in FIELDS.values() for field in found)
