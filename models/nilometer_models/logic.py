"""Safety goals as one text with two readings: true or false of a state, or a formula that z3 proves.

    all_of(a, b)   any_of(a, b)   implies(a, b)   negate(a)   equal(a, b)   for_all(domain, claim)
    exists(domain, claim)

On plain values these are Python's own; on z3 terms they build terms. A goal must not use `and`, `or`, `not`, `if`,
`in` or `==` itself: on terms they would raise, or worse, answer. `goal_words` finds goals that do.

A domain is an iterable of values, or a `Sort` that the prover brings: then `for_all` is a quantifier.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Term(Protocol):
    """A formula: what z3's expressions are, seen without importing z3."""

    def sexpr(self) -> str: ...


@runtime_checkable
class Sort(Protocol):
    """An unbounded domain of the prover."""

    def for_all(self, claim: Callable[..., Any]) -> Any: ...

    def exists(self, claim: Callable[..., Any]) -> Any: ...


def _is_symbolic(*values: object) -> bool:
    return any(isinstance(value, Term) for value in values)


def all_of(*claims: Any) -> Any:
    """Every claim holds."""
    if _is_symbolic(*claims):
        import z3  # noqa: PLC0415  # only proofs need it

        return z3.And(*claims)
    return all(claims)


def any_of(*claims: Any) -> Any:
    """At least one claim holds."""
    if _is_symbolic(*claims):
        import z3  # noqa: PLC0415

        return z3.Or(*claims)
    return any(claims)


def implies(premise: Any, conclusion: Any) -> Any:
    """The conclusion holds wherever the premise does. Both are evaluated."""
    if _is_symbolic(premise, conclusion):
        import z3  # noqa: PLC0415

        return z3.Implies(premise, conclusion)
    return not premise or bool(conclusion)


def negate(claim: Any) -> Any:
    """The claim does not hold."""
    if _is_symbolic(claim):
        import z3  # noqa: PLC0415

        return z3.Not(claim)
    return not claim


def equal(one: Any, other: Any) -> Any:
    """Both are the same value."""
    return one == other


def for_all(domain: Iterable[Any] | Sort, claim: Callable[..., Any]) -> Any:
    """The claim holds for every value of the domain."""
    if isinstance(domain, Sort):
        return domain.for_all(claim)
    return all(claim(value) for value in domain)


def exists(domain: Iterable[Any] | Sort, claim: Callable[..., Any]) -> Any:
    """The claim holds for some value of the domain."""
    if isinstance(domain, Sort):
        return domain.exists(claim)
    return any(claim(value) for value in domain)


_FORBIDDEN = (ast.BoolOp, ast.Not, ast.If, ast.IfExp, ast.In, ast.NotIn, ast.Eq, ast.NotEq, ast.While, ast.For)


def goal_words(goal: Callable[..., Any]) -> list[str]:
    """What in the text of a goal would not mean the same on terms; empty for a goal that may be proved."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(goal)))
    return [f"{type(node).__name__} in {goal.__name__}" for node in ast.walk(tree) if isinstance(node, _FORBIDDEN)]
