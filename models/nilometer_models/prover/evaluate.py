"""Formulas in plain Python: a term's syntax tree becomes the text of a Python function over a finite structure.

z3 builds the terms, and has no part in their values. So what is shown as a counterexample was found by z3 and is true
by this module, and the lockstep check runs formulas on hundreds of thousands of states.

    ForAll o, r. believes(r) and o < end(r) -> committed(o)
    all((o in T_committed) for r in T_believes for o in U_Offset if (not (T_end[r] <= o)))

Premises of an implication become loops over the tuples of a relation, or filters as early as may be. Integers are
Python's; a quantifier over integers runs over the structure's universe `Int`, which is a window: see `scope.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import z3

from nilometer_models.prover.sorts import OrderedSort
from nilometer_models.prover.structures import Structure
from nilometer_models.prover.theory import Step, Symbol, Theory

Compiled = Callable[[Structure, Mapping[str, Any]], Any]
"""structure, values of free constants -> value."""

_JOINED = {z3.Z3_OP_ADD: "+", z3.Z3_OP_SUB: "-", z3.Z3_OP_MUL: "*", z3.Z3_OP_LE: "<=", z3.Z3_OP_GE: ">="}
_JOINED |= {z3.Z3_OP_LT: "<", z3.Z3_OP_GT: ">", z3.Z3_OP_EQ: "==", z3.Z3_OP_IFF: "==", z3.Z3_OP_XOR: "!="}


class NotEvaluated(Exception):
    """The evaluator does not know this operator."""


def integer_division(dividend: int, divisor: int) -> int:
    """SMT-LIB's `div`: the remainder is never negative. (By zero, anything: we say 0.)"""
    if divisor == 0:
        return 0
    return dividend // divisor if divisor > 0 else -(dividend // -divisor)


def modulus(dividend: int, divisor: int) -> int:
    """SMT-LIB's `mod`."""
    return dividend - divisor * integer_division(dividend, divisor)


class _Text:
    """The text of an expression, and the names that it needs."""

    def __init__(self, theory: Theory) -> None:
        self.symbols = theory.symbols
        orders = [sort for sort in theory.sorts.values() if isinstance(sort, OrderedSort)]
        self.orders = {sort.order.name(): sort for sort in orders}
        self.least = {str(sort.least): sort for sort in orders}
        self.used: dict[str, None] = {}
        self.universes: dict[str, None] = {}
        self.free: dict[str, None] = {}
        self._count = 0

    def variable(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def universe(self, sort: Any) -> str:
        if sort.kind() == z3.Z3_BOOL_SORT:
            return "(False, True)"
        self.universes[str(sort)] = None
        return f"U_{sort}"

    def of(self, term: Any, bound: tuple[str, ...] = ()) -> str:
        """The Python text of a term; `bound` holds the names of bound variables, the innermost last."""
        if z3.is_var(term):
            index: int = z3.get_var_index(term)
            return bound[-1 - index]
        if z3.is_quantifier(term):
            return self._quantifier(term, bound)
        return self._application(term, bound)

    def _quantifier(self, term: Any, bound: tuple[str, ...]) -> str:
        if term.is_lambda():
            raise NotEvaluated("lambda")
        names = tuple(self.variable() for _ in range(term.num_vars()))
        inside = (*bound, *names)
        claims, body = _claims_and_body(term)
        loops = self._loops(term, names, claims, inside)
        kind = "all" if term.is_forall() else "any"
        return f"{kind}({'True' if body is None else self.of(body, inside)} {' '.join(loops)})"

    def _loops(self, term: Any, names: tuple[str, ...], claims: list[Any], inside: tuple[str, ...]) -> list[str]:
        """Loops that bind all variables, each followed by the claims that it makes ready to be tested.

        A relation between variables that are all unbound is gone through tuple by tuple: there are few.
        """
        loops: list[str] = []
        count, unbound, pending = len(names), list(range(len(names))), list(claims)
        while True:
            ready = [claim for claim in pending if loops and not _variables(claim, count) & set(unbound)]
            ready.sort(key=_has_quantifier)
            loops += [f"if {self.of(claim, inside)}" for claim in ready]
            pending = [claim for claim in pending if not any(claim.eq(other) for other in ready)]
            if not unbound:
                return loops
            relation = next((claim for claim in pending if self._enumerates(claim, count, unbound)), None)
            if relation is None:
                at = unbound.pop(0)
                loops.append(f"for {names[at]} in {self.universe(term.var_sort(at))}")
                continue
            pending = [claim for claim in pending if claim is not relation]
            places = [count - 1 - z3.get_var_index(arg) for arg in relation.children()]
            unbound = [at for at in unbound if at not in places]
            self.used[relation.decl().name()] = None
            loops.append(f"for {', '.join(names[at] for at in places)} in T_{relation.decl().name()}")

    def _enumerates(self, claim: Any, count: int, unbound: list[int]) -> bool:
        """Whether the claim is a relation of the state between different variables that are still unbound."""
        if not z3.is_app(claim) or not claim.num_args():
            return False
        symbol = self.symbols.get(claim.decl().name())
        if symbol is None or not symbol.is_relation or not all(z3.is_var(arg) for arg in claim.children()):
            return False
        places = [count - 1 - z3.get_var_index(arg) for arg in claim.children()]
        return len(set(places)) == len(places) and set(places) <= set(unbound)

    def _application(self, term: Any, bound: tuple[str, ...]) -> str:
        kind, args = term.decl().kind(), [self.of(arg, bound) for arg in term.children()]
        if kind == z3.Z3_OP_UNINTERPRETED:
            return self._named(term.decl().name(), args)
        if kind in (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE):
            return str(kind == z3.Z3_OP_TRUE)
        if kind == z3.Z3_OP_ANUM:
            return f"({term.as_long()})"
        if kind in (z3.Z3_OP_AND, z3.Z3_OP_OR):
            return f"({(' and ' if kind == z3.Z3_OP_AND else ' or ').join(args)})"
        if kind == z3.Z3_OP_NOT:
            return f"(not {args[0]})"
        if kind == z3.Z3_OP_IMPLIES:
            return f"(not {args[0]} or {args[1]})"
        if kind == z3.Z3_OP_ITE:
            return f"({args[1]} if {args[0]} else {args[2]})"
        if kind == z3.Z3_OP_DISTINCT:
            return f"(len({{{', '.join(args)}}}) == {len(args)})"
        if kind == z3.Z3_OP_UMINUS:
            return f"(-{args[0]})"
        if kind in (z3.Z3_OP_IDIV, z3.Z3_OP_MOD):
            return f"{'integer_division' if kind == z3.Z3_OP_IDIV else 'modulus'}({args[0]}, {args[1]})"
        if kind in _JOINED:
            return f"({f' {_JOINED[kind]} '.join(args)})"
        raise NotEvaluated(str(term.decl()))

    def _named(self, name: str, args: list[str]) -> str:
        if name in self.orders:
            return f"({args[0]} <= {args[1]})"
        if name in self.least:
            return f"{self.universe(self.least[name].ref)}[0]"
        key = args[0] if len(args) == 1 else f"({', '.join(args)})"
        if name in self.symbols and (args or not self.symbols[name].arguments):
            self.used[name] = None
            return f"({key} in T_{name})" if self.symbols[name].is_relation else f"T_{name}[{key}]"
        if args:
            raise NotEvaluated(name)
        self.free[name] = None
        return _free(name)

    def function(self, expression: str) -> Compiled:
        """The expression as a function."""
        lines = ["def evaluated(structure, values):", "    tables, universes = structure.tables, structure.universes"]
        lines += [f"    T_{name} = tables[{name!r}]" for name in self.used]
        lines += [f"    U_{name} = universes[{name!r}]" for name in self.universes]
        lines += [f"    {_free(name)} = values[{name!r}]" for name in self.free]
        lines += [f"    return {expression}"]
        namespace: dict[str, Any] = {"integer_division": integer_division, "modulus": modulus}
        exec("\n".join(lines), namespace)
        compiled: Compiled = namespace["evaluated"]
        return compiled


def _free(name: str) -> str:
    return "F_" + "".join(c if c.isalnum() else f"_{ord(c)}_" for c in name)


def _claims_and_body(term: Any) -> tuple[list[Any], Any]:
    """Claims that every instance must meet to count, and what is then demanded; None: nothing more."""
    body = term.body()
    if not term.is_forall():
        return conjuncts(body), None
    return (conjuncts(body.arg(0)), body.arg(1)) if z3.is_implies(body) else ([], body)


def conjuncts(term: Any) -> list[Any]:
    """The parts of a conjunction."""
    if z3.is_and(term):
        return [part for child in term.children() for part in conjuncts(child)]
    return [term]


def _variables(term: Any, count: int, under: int = 0) -> set[int]:
    """Which of the `count` variables of a quantifier occur in a term inside it, by their places."""
    if z3.is_var(term):
        index = z3.get_var_index(term) - under
        return {count - 1 - index} if 0 <= index < count else set()
    if z3.is_quantifier(term):
        return _variables(term.body(), count, under + term.num_vars())
    found: set[int] = set()
    return found.union(*(_variables(child, count, under) for child in term.children()))


def _has_quantifier(term: Any) -> bool:
    return z3.is_quantifier(term) or any(_has_quantifier(child) for child in term.children())


def symbols_of(theory: Theory, term: Any) -> frozenset[str]:
    """Symbols of the state that a term reads."""
    text = _Text(theory)
    text.of(term)
    return frozenset(text.used)


def compile_term(theory: Theory, term: Any) -> Compiled:
    """A term as a function of a structure and of its free constants. Variants of a theory share what is compiled."""
    if term.get_id() not in theory.compiled:
        text = _Text(theory)
        theory.compiled[term.get_id()] = term, text.function(text.of(term))  # the term is kept, and so its id
    compiled: Compiled = theory.compiled[term.get_id()][1]
    return compiled


def compile_change(theory: Theory, symbol: Symbol, step: Step) -> Compiled:
    """The table of a symbol after a step, as a function of the structure before and the step's parameters."""
    text = _Text(theory)
    places = [z3.Const(f"place.{at}", sort.ref) for at, sort in enumerate(symbol.arguments)]
    value = text.of(step.changes[symbol.name](*places))
    names = [_free(f"place.{at}") for at in range(len(places))]
    key = names[0] if len(names) == 1 else f"({', '.join(names)})"
    loops = " ".join(
        f"for {name} in {text.universe(sort.ref)}" for name, sort in zip(names, symbol.arguments, strict=True)
    )
    for at in range(len(places)):
        text.free.pop(f"place.{at}", None)
    loops = loops or "for _ in (0,)"
    if symbol.is_relation:
        return text.function(f"frozenset({key} {loops} if {value})")
    return text.function(f"{{{key}: {value} {loops}}}")
