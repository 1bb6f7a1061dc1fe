"""Rows: what is kept, and what goes wrong."""

from nilometer_models.campaign.rows import HOLDS, TODAY, Engine, Row, breaks


def test_a_manifest_keeps_the_verdict_and_the_counts_that_there_are() -> None:
    row = Row("crossing", TODAY, "one car", Engine.TLC, HOLDS, seconds=3.5, states=16, depth=7, note="fast")
    assert row.recorded == {"verdict": "holds", "states": 16, "depth": 7}


def test_problems_add_up_and_the_row_stays_as_it_was() -> None:
    row = Row("crossing", "impatient", "cars 1", Engine.PYTHON, breaks("never_both_green"))
    assert row.verdict == "breaks never_both_green"
    assert row.wrong("one").wrong("two", "three").problems == ("one", "two", "three")
    assert row.problems == ()
    assert row.wrong() == row
