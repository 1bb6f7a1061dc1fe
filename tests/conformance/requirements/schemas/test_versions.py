"""S3 sees wrong numbers and lists that show something else than they were asked for."""

from __future__ import annotations

import pytest

from tests.conformance.faulty_registry import Hook, Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry


def test_it_holds_on_an_honest_registry(honest_registry: str) -> None:
    assert_holds(judge_registry("S3", honest_registry))


class NoSecondVersion:
    """Numbers go 1, 3, 4, …, wherever they are shown or asked for."""

    def ask(self, passing: Passing) -> None:
        head, _, number = passing.path.rpartition("/")
        if head.endswith("/versions") and number.isdigit() and int(number) > 2:
            passing.path = f"{head}/{int(number) - 1}"

    def answer(self, passing: Passing) -> None:
        if passing.matches("GET", "/subjects/*/versions") and passing.ok:
            passing.value = [number + (number > 1) for number in passing.value]
        if passing.matches("GET", "/subjects/*/versions/*") and passing.ok:
            passing.value["version"] += passing.value["version"] > 1


def latest_is_the_first(passing: Passing) -> None:
    if passing.matches("GET", "/subjects/*/versions/latest") and passing.ok:
        passing.value["version"] = 1


class LeavesOutTheFirst:
    """Of the second list after a write, and those that follow it."""

    def __init__(self) -> None:
        self.lists = 0

    def answer(self, passing: Passing) -> None:
        self.lists = 0 if passing.is_registration or passing.method == "DELETE" else self.lists
        if passing.matches("GET", "/subjects/*/versions") and passing.ok and not passing.query:
            self.lists += 1
            if self.lists == 2:
                passing.value = passing.value[1:]


def ignores(*names: str) -> Hook:
    def hook(passing: Passing) -> None:
        for name in names:
            passing.query.pop(name, None)

    return hook


def test_numbers_that_do_not_follow_each_other_are_seen(honest_registry: str) -> None:
    fault = NoSecondVersion()
    broken_by(honest_registry, "S3", "wrong-number", on_request=fault.ask, on_response=fault.answer)


def test_a_wrong_latest_is_seen(honest_registry: str) -> None:
    broken_by(honest_registry, "S3", "wrong-latest", on_response=latest_is_the_first)


def test_a_version_that_is_not_listed_is_seen(honest_registry: str) -> None:
    broken_by(honest_registry, "S3", "wrong-list", on_response=LeavesOutTheFirst().answer)


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
