"""Records of `report.jsonl`."""

import json

from nilometer.campaign import Campaign, Column
from nilometer.clients.cluster import Versions
from nilometer.report.records import (
    SCHEMA,
    again,
    count_words,
    fingerprint,
    footer,
    header,
    requirement_record,
    result_record,
    suite_version,
)
from nilometer.settings import Profile, Settings
from nilometer.targets.target import Target
from nilometer.verdict import Level, Result, Verdict, Word
from tests.conformance.fragile import Fragile
from tests.conformance.report.reports import a_report, violates
from tests.conformance.requiring import make_requirement


def test_the_header_says_who_was_asked_and_how():
    found = header(a_report())
    assert (found["t"], found["schema"], found["seed"], found["profile"]) == ("header", SCHEMA, 7, "core")
    (target,) = found["targets"]
    assert (target["id"], target["nodes"], target["cluster"]) == ("fragile", 1, "scripted")
    assert target["apis"] == {"3": [0, 13], "18": [0, 4]}
    assert found["started"].endswith("+00:00")


def test_a_target_that_is_not_there_has_its_problem_in_the_header():
    dead = Fragile(revives=0)
    report = Campaign([Column("fragile", dead)], [], Settings()).run()
    assert header(report)["targets"] == [
        {"id": "fragile", "spec": "fragile", "what": "fragile", "problem": "it is dead"}
    ]


def test_a_requirement_carries_all_that_a_reader_needs():
    record = requirement_record(make_requirement(id="W7", name="wire.x", apis={"Fetch": 4}))
    assert (record["id"], record["area"], record["level"], record["apis"]) == ("W7", "wire", "MUST", {"Fetch": 4})
    assert set(record["signatures"]) == {"wrong", "other"}


def test_a_result_carries_its_evidence_and_the_line_that_repeats_it():
    report = a_report(violates)
    (column,) = report.columns
    record = result_record(column, report.requirements[0], column.results["L99"], report.settings)
    assert (record["verdict"], record["signature"], record["premise"], record["violations"]) == ("fail", "wrong", 1, 1)
    (found,) = record["counterexamples"]
    assert (found["expected"], found["seen"]) == ("1", "2")
    assert [step["api"] for step in found["steps"]] == ["Metadata"]
    assert record["again"] == "nilometer check fragile: -k L99 --seed 7"
    assert json.loads(json.dumps(record))["counterexamples"][0]["steps"][0]["api"] == "Metadata"


def test_a_result_that_was_not_judged_carries_its_reason():
    report = a_report(apis={"EndTxn": 0})
    (column,) = report.columns
    record = result_record(column, report.requirements[0], column.results["L99"], report.settings)
    assert (record["verdict"], record["reason"], record["message"]) == (
        "n/a", "api-not-served", "EndTxn is not advertised",
    )  # fmt: skip


def test_the_footer_counts_and_says_how_it_ended():
    record = footer(a_report(violates))
    assert record["counts"] == {"fragile": {"fail": 1}}
    assert (record["exit"], record["complete"]) == (1, True)


def test_the_line_that_repeats_a_verdict_can_be_pasted():
    class Spaced(Target):
        def start(self):
            raise AssertionError

        def describe(self):
            return ""

    column = Column("mine=a host:1", Spaced("mine"))
    settings = Settings(seed=3, profile=Profile.SMOKE, cases=9)
    line = again(column, make_requirement(), settings)
    assert line == "nilometer check 'mine=a host:1' -k L99 --seed 3 -p smoke --cases 9"


def test_brokers_with_the_same_ranges_share_a_fingerprint():
    one, same, other = (Versions(ranges) for ranges in ({1: (0, 3), 2: (0, 1)}, {2: (0, 1), 1: (0, 3)}, {1: (0, 4)}))
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)
    assert len(fingerprint(one)) == 12

    assert suite_version()[0].isdigit()


def test_words_are_counted_worst_first():
    level = Level.MUST
    results = {
        "L1": Result("L1", level, Verdict.HOLDS, judged=1),
        "L2": Result("L2", level, Verdict.VIOLATED, violations=1),
        "L3": Result("L3", level, Verdict.HOLDS, judged=1),
        "L4": Result("L4", level),
    }
    assert list(count_words(results).items()) == [(Word.FAIL, 1), (Word.UNKNOWN, 1), (Word.PASS, 2)]


def test_the_suite_knows_its_version():
    assert suite_version()[0].isdigit()
