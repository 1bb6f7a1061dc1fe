"""The machine; its actions are in `client.py` and `broker.py`, what is claimed is in `properties.py`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.idempotence.state import Config, Rules, State, View, initial

MACHINE: Machine[Config, State, View] = Machine("idempotence", initial, View, home=Path(__file__).parent)


def model(rules: Rules | None = None, **bounds: int) -> Instance[Config, State, View]:
    """An instance with these bounds; what is not named is as in `Config`."""
    return Instance(MACHINE, Config(**bounds, rules=rules or Rules()))


def connections(c: Config) -> Iterable[int]:
    return range(1, c.connections + 1)


def spend(s: State, fault: str) -> State:
    """The same state with one fault of that kind less to come."""
    return s._replace(left=s.left._replace(**{fault: getattr(s.left, fault) - 1}))
