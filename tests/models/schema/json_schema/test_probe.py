"""The keyword table is current, and it can tell a wrong checker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nilometer_models.schema.json_schema import probe
from nilometer_models.schema.json_schema.families import FAMILIES
from nilometer_models.schema.json_schema.nodes import Schema
from nilometer_models.schema.json_schema.semantic import Verdict, contained


@pytest.fixture(scope="module")
def asked() -> list[tuple[str, list[probe.Question]]]:
    return probe.questions()


def test_the_table_is_current(asked: list[tuple[str, list[probe.Question]]]) -> None:
    kept = Path(probe.__file__).with_name("keywords.txt").read_text()
    assert probe.table(probe.ours(), asked) == kept, (
        "python -m nilometer_models.schema.json_schema.probe > .../keywords.txt"
    )


def counts(asked: list[tuple[str, list[probe.Question]]], checker: Callable[[Schema, Schema], bool]) -> set[str]:
    return {probe.judged(checker(one.new, one.old), one.verdict) for _, cells in asked for one in cells}


def test_a_checker_that_accepts_everything_is_shown_up(asked: list[tuple[str, list[probe.Question]]]) -> None:
    assert "yes!" in counts(asked, lambda _reader, _writer: True)


def test_a_checker_that_refuses_everything_is_shown_up(asked: list[tuple[str, list[probe.Question]]]) -> None:
    assert "no!" in counts(asked, lambda _reader, _writer: False)


def test_a_checker_that_asks_data_is_never_shown_up(asked: list[tuple[str, list[probe.Question]]]) -> None:
    def checker(reader: Schema, writer: Schema) -> bool:
        return contained(reader, writer, mixed=0).verdict is not Verdict.REFUTED

    assert counts(asked[:12], checker) <= {"yes", "yes?", "no"}


def test_unknown_is_never_a_yes() -> None:
    assert [probe.judged(says, verdict) for verdict in Verdict for says in (True, False)] == [
        "yes!", "no", "yes", "no!", "yes?", "no?",
    ]  # fmt: skip


def test_every_keyword_that_the_shapes_know_is_probed() -> None:
    probed = " ".join(one.keyword for one in probe.PROBES)
    assert [word for words in FAMILIES.values() for word in sorted(words) if word not in probed] == []
