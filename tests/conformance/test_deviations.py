"""Known bugs of others are expected where they were seen, and nowhere else."""

from __future__ import annotations

import pytest

from nilometer.catalogue import load
from nilometer.deviations import DEVIATIONS, deviation_of
from nilometer.exit_codes import ExitCode, exit_code
from nilometer.targets import parse_target
from nilometer.verdict import Counterexample, Level, Result, Verdict, Word

KNOWN = DEVIATIONS[0]


class Kafka:
    """What a deviation looks at."""

    software = KNOWN.software


def violated(*signatures: str, requirement: str = KNOWN.requirement, violations: int = 0) -> Result:
    found = [Counterexample(signature, "this", "that") for signature in signatures]
    return Result(
        requirement, Level.MUST, Verdict.VIOLATED, judged=9, counterexamples=found,
        violations=violations or len(signatures),
    )  # fmt: skip


def explained(result: Result, target: object = Kafka) -> str:
    return deviation_of(target, result)  # type: ignore[arg-type]


def test_every_deviation_names_a_requirement_and_one_of_its_signatures() -> None:
    for one in DEVIATIONS:
        assert one.signature in load()[one.requirement].signatures


def test_the_known_way_is_explained_and_does_not_fail_the_run() -> None:
    result = violated(KNOWN.signature, KNOWN.signature)
    result.deviation = explained(result)
    assert result.deviation == KNOWN.reason
    assert result.word is Word.XFAIL
    assert exit_code([result], strict=True) is ExitCode.CONFORMS


@pytest.mark.parametrize(
    "result",
    [
        violated(),
        violated("never-settled"),
        violated(KNOWN.signature, "torn"),
        violated(KNOWN.signature, requirement="T1"),
        violated(KNOWN.signature, violations=2),  # one of which nobody has kept
    ],
)
def test_any_other_way_fails_as_ever(result: Result) -> None:
    assert explained(result) == ""
    assert result.word is Word.FAIL


def test_another_product_has_no_excuse() -> None:
    class Other:
        software = "Another"

    assert explained(violated(KNOWN.signature), Other) == ""
    assert explained(violated(KNOWN.signature), None) == ""
    assert parse_target("127.0.0.1:9092").software == ""
