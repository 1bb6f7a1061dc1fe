"""What a fault is, and how it takes a function's place.

    @fault("B051", caught_by=("T13",), source="nisshi compat/librdkafka findings")
    def transaction_time_out_is_not_validated(fired: Fired) -> None:
        \"\"\"InitProducerId accepts any time-out.\"\"\"

        @instead_of(TransactionCoordinator, "init_producer_id")
        def init_producer_id(original, self, transactional_id, timeout_ms, **rest): ...

`fired()` is called where the outcome differs from that of the right broker, so that a run in which the fault never
came to bear is not taken for one that missed it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from nilometer_reference.apis.registry import served_apis

Fired = Callable[[], None]


@dataclass
class Fault:
    """One known bug. `caught_by` are requirements; the first must catch it."""

    id: str
    sentence: str
    caught_by: tuple[str, ...]
    source: str
    install: Callable[[Fired], None] = field(repr=False)
    fired: int = 0
    """How often it has made a difference in this process."""

    def switch_on(self, first: Callable[[], None] = lambda: None) -> None:
        """For the rest of this process. Call it before the broker is made. `first` is called the first time that it
        makes a difference."""

        def fired() -> None:
            self.fired += 1
            if self.fired == 1:
                first()

        self.install(fired)

    def switch_off(self) -> None:
        """Everything is as it was before any fault was switched on."""
        while _undo:
            _undo.pop()()


_undo: list[Callable[[], None]] = []

FAULTS: dict[str, Fault] = {}
"""Those that were imported: see `catalogue.py`."""


def fault(id: str, *, caught_by: tuple[str, ...], source: str) -> Callable[[Callable[[Fired], None]], Fault]:
    """Register the decorated function as what switches a fault on; its docstring says what goes wrong."""

    def register(install: Callable[[Fired], None]) -> Fault:
        assert id not in FAULTS, f"{id} stands twice"
        assert install.__doc__, f"{id} says what goes wrong"
        FAULTS[id] = Fault(id, " ".join(install.__doc__.split()), caught_by, source, install)
        return FAULTS[id]

    return register


def instead_of(owner: Any, name: str) -> Callable[[Callable[..., Any]], None]:
    """Put the decorated function in the place of `owner.name`; it is given the original before the arguments."""

    def put(faulty: Callable[..., Any]) -> None:
        original = getattr(owner, name)

        def replacement(*arguments: Any, **named: Any) -> Any:
            return faulty(original, *arguments, **named)

        _undo.append(partial(setattr, owner, name, original))
        setattr(owner, name, replacement)

    return put


def instead_of_handler(api_key: int) -> Callable[[Callable[..., Any]], None]:
    """The same for the handler of an API key."""

    def put(faulty: Callable[..., Any]) -> None:
        api = served_apis()[api_key]

        def handle(broker: Any, request: Any, context: Any) -> Any:
            return faulty(api.handle, broker, request, context)

        _undo.append(partial(served_apis().__setitem__, api_key, api))
        served_apis()[api_key] = replace(api, handle=handle, learn=None)

    return put
