"""S3 sees wrong numbers and lists that show something else than they were asked for."""

from __future__ import annotations

import pytest

from tests.conformance.faulty_registry import Hook, Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    assert_holds(judge_registry("S3", honest_registry))


def every_number_doubled(passing: Passing) -> None:
    if passing.matches("GET", "/subjects/*/versions") and passing.ok:
        passing.value = [2 * number for number in passing.value]


def latest_is_the_first(passing: Passing) -> None:
    if passing.matches("GET", "/subjects/*/versions/latest") and passing.ok:
        passing.value["version"] = 1


def a_version_is_left_out(passing: Passing) -> None:
    if passing.matches("GET", "/subjects/*/versions") and passing.ok and not passing.query:
        passing.value = [number for number in passing.value if number != 1]


def ignores(*names: str) -> Hook:
    def hook(passing: Passing) -> None:
        for name in names:
            passing.query.pop(name, None)

    return hook


def test_numbers_that_do_not_follow_each_other_are_seen(honest_registry: str) -> None:
    result = broken_by(honest_registry, "S3", "wrong-number", "wrong-latest", on_response=every_number_doubled)
    assert result.counterexamples[0].signature == "wrong-number"


def test_a_wrong_latest_is_seen(honest_registry: str) -> None:
    broken_by(honest_registry, "S3", "wrong-latest", on_response=latest_is_the_first)


def test_a_version_that_is_not_listed_is_seen(honest_registry: str) -> None:
    broken_by(honest_registry, "S3", "wrong-list", "wrong-number", on_response=a_version_is_left_out)


@pytest.mark.parametrize(("names", "signatures"), [
    (("deleted",), {"deleted-ignored", "page-ignored"}),
    (("deletedOnly",), {"deleted-ignored"}),
    (("subjectPrefix",), {"prefix-ignored"}),
    (("limit",), {"page-ignored"}),
])  # fmt: skip
def test_a_parameter_that_is_passed_over_is_seen(
    honest_registry: str, names: tuple[str, ...], signatures: set[str]
) -> None:
    broken_by(honest_registry, "S3", *signatures, on_request=ignores(*names))
