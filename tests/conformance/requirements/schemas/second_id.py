"""A registry that gives a second id for content that it has already."""

from __future__ import annotations

from tests.conformance.faulty_registry import Passing

FAR = 100_000


class SecondId:
    """The second registration of a content is answered with another id, which leads to the same schema."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def ask(self, passing: Passing) -> None:
        if passing.matches("GET", "/schemas/ids/*"):
            number = passing.path.rsplit("/", 1)[1]
            if number.isdigit() and FAR < int(number) < 2 * FAR:
                passing.path = f"/schemas/ids/{int(number) - FAR}"

    def answer(self, passing: Passing) -> None:
        if passing.is_registration and passing.ok:
            if passing.body["schema"] in self.seen:
                passing.value["id"] += FAR
            self.seen.add(passing.body["schema"])
