"""Faults take the place of functions, count, and go again."""

from nilometer_reference.apis.registry import served_apis
from nilometer_reference.faults.switch import Fault, Fired, instead_of, instead_of_handler


class Core:
    def answer(self, number: int) -> int:
        return number


def off_by_one(fired: Fired) -> None:
    @instead_of(Core, "answer")
    def answer(original, self, number):  # type: ignore[no-untyped-def]
        fired()
        return original(self, number) + 1


def test_a_fault_changes_counts_and_is_undone() -> None:
    fault = Fault("B999", "Off by one.", ("L1",), "a test", off_by_one)
    said: list[int] = []
    fault.switch_on(lambda: said.append(fault.fired))
    assert [Core().answer(1), Core().answer(2)] == [2, 3]
    assert fault.fired == 2
    assert said == [1]
    fault.switch_off()
    assert Core().answer(1) == 1


def test_a_handler_is_replaced_and_comes_back() -> None:
    before = served_apis()[18]

    def silent(_: Fired) -> None:
        instead_of_handler(18)(lambda original, *arguments: (original, arguments))

    fault = Fault("B999", "Silent.", ("W1",), "a test", silent)
    fault.switch_on()
    assert served_apis()[18].handle(1, 2, 3) == (before.handle, (1, 2, 3))  # type: ignore[arg-type, comparison-overlap]
    fault.switch_off()
    assert served_apis()[18] is before
