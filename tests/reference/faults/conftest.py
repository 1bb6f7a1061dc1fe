"""`switched_on("B028")`: one fault, until the test ends."""

from collections.abc import Callable, Iterator

import pytest

from nilometer_reference.faults.catalogue import all_faults
from nilometer_reference.faults.switch import Fault


@pytest.fixture
def switched_on() -> Iterator[Callable[[str], Fault]]:
    used: list[Fault] = []

    def switch(id: str) -> Fault:
        fault = all_faults()[id]
        fault.fired = 0
        fault.switch_on()
        used.append(fault)
        return fault

    yield switch
    for fault in used:
        fault.switch_off()
