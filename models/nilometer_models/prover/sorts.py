"""Sorts: what a proof quantifies over. Unbounded, ordered with a least element, integers, truth values.

    REPLICA = theory.sort("Replica")
    EPOCH = theory.ordered("Epoch")         # EPOCH.least  EPOCH.below(a, b)  EPOCH.at_most(a, b)  EPOCH.next(a, b)
    COUNT = theory.integers("Count")        # z3's own: + - * % < <=

    every(REPLICA, EPOCH, lambda replica, epoch: ...)       some(REPLICA, lambda replica: ...)

`for_all` and `exists` of `logic.py` take a sort, too: goals are written with them. An order is a relation with axioms,
not an integer: so the formulas stay in the fragment that z3 decides (see `hygiene.py`).
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Sequence
from typing import Any

import z3

from nilometer_models.logic import all_of, any_of, equal, negate


class _Depth(threading.local):
    """How many quantifiers are being built: variables of nested ones need different names."""

    value = 0


_depth = _Depth()


class Sort:
    """A domain without bounds."""

    def __init__(self, name: str, ref: Any) -> None:
        self.name = name
        self.ref = ref

    def __repr__(self) -> str:
        return self.name

    def constant(self, name: str) -> Any:
        """A name for some element."""
        return z3.Const(name, self.ref)

    def for_all(self, claim: Callable[..., Any]) -> Any:
        """The claim holds of every element."""
        return every(self, claim)

    def exists(self, claim: Callable[..., Any]) -> Any:
        """The claim holds of some element."""
        return some(self, claim)

    @property
    def axioms(self) -> list[Any]:
        """What is true of the sort in every state."""
        return []


class OrderedSort(Sort):
    """A domain with a total order and a least element. An element need not have a next one."""

    def __init__(self, name: str) -> None:
        super().__init__(name, z3.DeclareSort(name))
        self.order = z3.Function(f"{name}.at_most", self.ref, self.ref, z3.BoolSort())
        self.least = z3.Const(f"{name}.least", self.ref)

    def at_most(self, one: Any, other: Any) -> Any:
        return self.order(one, other)

    def below(self, one: Any, other: Any) -> Any:
        return negate(self.order(other, one))

    def next(self, one: Any, other: Any) -> Any:
        """`other` follows `one`, with nothing between."""
        between = self.exists(lambda x: all_of(self.below(one, x), self.below(x, other)))
        return all_of(self.below(one, other), negate(between))

    def smaller(self, one: Any, other: Any) -> Any:
        """The smaller of both."""
        return z3.If(self.at_most(one, other), one, other)

    @property
    def axioms(self) -> list[Any]:
        at_most = self.order
        return [
            every(self, lambda x: at_most(self.least, x)),
            every(self, self, lambda x, y: any_of(at_most(x, y), at_most(y, x))),
            every(self, self, lambda x, y: any_of(negate(all_of(at_most(x, y), at_most(y, x))), equal(x, y))),
            every(
                self, self, self,
                lambda x, y, z: any_of(negate(all_of(at_most(x, y), at_most(y, z))), at_most(x, z)),
            ),
        ]  # fmt: skip


BOOLEAN = Sort("Boolean", z3.BoolSort())


def choose(condition: Any, then: Any, otherwise: Any) -> Any:
    """`then` where the condition holds, else `otherwise`."""
    return z3.If(condition, then, otherwise)


def every(*sorts_and_claim: Any) -> Any:
    """The claim holds of all elements: `every(REPLICA, OFFSET, lambda replica, offset: …)`."""
    return _quantified(z3.ForAll, sorts_and_claim[:-1], sorts_and_claim[-1])


def some(*sorts_and_claim: Any) -> Any:
    """The claim holds of some elements."""
    return _quantified(z3.Exists, sorts_and_claim[:-1], sorts_and_claim[-1])


def _names(claim: Callable[..., Any], count: int) -> list[str]:
    names = list(inspect.signature(claim).parameters)[:count]
    return [f"{name}.{_depth.value + index}" for index, name in enumerate(names)]


def _quantified(kind: Any, sorts: Sequence[Sort], claim: Callable[..., Any]) -> Any:
    variables = [sort.constant(name) for sort, name in zip(sorts, _names(claim, len(sorts)), strict=True)]
    _depth.value += len(sorts)
    try:
        body = claim(*variables)
    finally:
        _depth.value -= len(sorts)
    if isinstance(body, bool):
        body = z3.BoolVal(body)
    return kind(*merged(kind, variables, body))


def merged(kind: Any, variables: list[Any], body: Any) -> tuple[list[Any], Any]:
    """A quantifier of the same kind directly below becomes one with this: solvers and readers like one block."""
    if not z3.is_quantifier(body) or body.is_forall() != (kind is z3.ForAll):
        return variables, body
    inner = [z3.Const(body.var_name(i), body.var_sort(i)) for i in range(body.num_vars())]
    return [*variables, *inner], z3.substitute_vars(body.body(), *reversed(inner))
