"""The same question about a few elements: quantifiers spelt out over named constants, so that z3 only has to guess.

Used to find counterexamples, never to prove. In a scope of three replicas, `every(REPLICA, claim)` is the conjunction
of three claims; functions have their values among the constants; orders are the order of the constants. Integers stay
what they are, unless the scope says how many: then they are those from -2 on, and values keep away from the edges, so
that one more or less is still among them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import z3

from nilometer_models.prover.sorts import BOOLEAN, OrderedSort
from nilometer_models.prover.structures import Structure
from nilometer_models.prover.theory import Symbol, Theory

Sizes = Mapping[str, int]

USUAL = 3
"""Elements of a sort of which nothing is said."""
NEAR = 4
INTEGERS = "Int"
"""The universe of integers in a structure: a window around those that occur."""


class Scope:
    """Constants for the elements of each sort; of integers, only if the scope has a size for them."""

    def __init__(self, theory: Theory, sizes: Sizes) -> None:
        self.theory = theory
        self.sorts = {name: sort for name, sort in theory.sorts.items() if sort.ref.kind() != z3.Z3_INT_SORT}
        self.elements = {
            name: [sort.constant(f"{name}!{at}") for at in range(sizes[name])] for name, sort in self.sorts.items()
        }
        for name, sort in theory.sorts.items():
            if sort.ref.kind() == z3.Z3_INT_SORT and name in sizes:
                self.elements[INTEGERS] = [z3.IntVal(number) for number in range(-2, sizes[name])]
        self._expanded: dict[int, tuple[Any, Any]] = {}

    def facts(self, constants: Mapping[str, Any]) -> list[Any]:
        """Elements are different and ordered, and all values are among them. `constants` are parameters."""
        made = []
        for name, sort in self.sorts.items():
            elements = self.elements[name]
            made.append(z3.Distinct(*elements) if len(elements) > 1 else z3.BoolVal(True))
            if isinstance(sort, OrderedSort):
                made.append(sort.least == elements[0])
                made += [
                    sort.order(one, other) == (i <= j)
                    for (i, one), (j, other) in itertools.product(enumerate(elements), repeat=2)
                ]
        for symbol in self.theory.symbols.values():
            result, arguments = str(symbol.result.ref), [str(sort.ref) for sort in symbol.arguments]
            if result in self.elements and all(sort in self.elements for sort in arguments):
                places = itertools.product(*(self.elements[sort] for sort in arguments))
                made += [self.among(result, symbol.declaration(*place)) for place in places]
        made += [
            self.among(str(constant.sort()), constant)
            for constant in constants.values()
            if str(constant.sort()) in self.elements
        ]
        return made

    def among(self, sort: str, term: Any) -> Any:
        elements = self.elements[sort][1:-3] if sort == INTEGERS else self.elements[sort]
        return z3.Or(*(term == element for element in elements))

    def expand(self, term: Any) -> Any:
        """The term with its quantifiers spelt out."""
        known = self._expanded.get(term.get_id())
        if known is None:
            known = (term, self._quantifier(term) if z3.is_quantifier(term) else self._inside(term))
            self._expanded[term.get_id()] = known  # the term is kept, so that its id is not used again
        return known[1]

    def _inside(self, term: Any) -> Any:
        children = term.children()
        expanded = [self.expand(child) for child in children]
        if all(new.eq(old) for new, old in zip(expanded, children, strict=True)):
            return term
        if z3.is_and(term):
            return z3.And(*expanded)
        if z3.is_or(term):
            return z3.Or(*expanded)
        return term.decl()(*expanded)

    def _quantifier(self, term: Any) -> Any:
        depth = len(self._expanded)
        variables = [z3.Const(f"{term.var_name(i)}@{depth}", term.var_sort(i)) for i in range(term.num_vars())]
        body = self.expand(z3.substitute_vars(term.body(), *reversed(variables)))
        finite = [v for v in variables if str(v.sort()) in self.elements]
        infinite = [v for v in variables if str(v.sort()) not in self.elements and v.sort() != BOOLEAN.ref]
        finite += [v for v in variables if v.sort() == BOOLEAN.ref]
        domains = [self.elements.get(str(v.sort()), [z3.BoolVal(False), z3.BoolVal(True)]) for v in finite]
        instances = [
            z3.substitute(body, *zip(finite, place, strict=True)) if finite else body
            for place in itertools.product(*domains)
        ]
        join, kind = (z3.And, z3.ForAll) if term.is_forall() else (z3.Or, z3.Exists)
        joined = join(*instances)
        return kind(infinite, joined) if infinite else joined

    def structure(self, model: Any) -> Structure:
        """The state that a model describes, in plain values: elements are numbered from 0."""
        numbers = {
            name: {str(model.eval(element, True)): at for at, element in enumerate(elements)}
            for name, elements in self.elements.items()
        }
        universes: dict[str, Any] = {name: tuple(range(len(elements))) for name, elements in self.elements.items()}
        window = [number.as_long() for number in self.elements.get(INTEGERS, ())]
        universes[INTEGERS] = tuple(window) or integer_window(self.theory, model)

        def value(symbol: Symbol, key: Any) -> Any:
            parts = key if len(symbol.arguments) != 1 else (key,)
            sorts = [str(sort.ref) for sort in symbol.arguments]
            args = [at if s == INTEGERS else self.elements[s][at] for s, at in zip(sorts, parts, strict=True)]
            return plain_value(model.eval(symbol.declaration(*args), True), numbers)

        tables: dict[str, Any] = {}
        places = Structure(universes, {})
        for name, symbol in self.theory.symbols.items():
            values = Window({key: value(symbol, key) for key in places.keys(symbol)}, partial(value, symbol))
            tables[name] = WindowSet(values) if symbol.is_relation else values
        return Structure(universes, tables)

    def values(self, model: Any, constants: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters in plain values."""
        numbers = {
            name: {str(model.eval(element, True)): at for at, element in enumerate(elements)}
            for name, elements in self.elements.items()
        }
        return {name: plain_value(model.eval(constant, True), numbers) for name, constant in constants.items()}


class Scopes:
    """Scopes of a theory up to some size. What was spelt out for one question is there for the next."""

    def __init__(self, theory: Theory, most: Sizes) -> None:
        self.theory = theory
        self.most = {
            name: most.get(name, USUAL)
            for name, sort in theory.sorts.items()
            if name in most or sort.ref.kind() != z3.Z3_INT_SORT
        }
        self._made: dict[int, Scope] = {}

    def growing(self) -> Iterator[Scope]:
        """Two elements of each sort, three …, until the largest."""
        for size in range(min(2, self.last), self.last + 1):
            if size not in self._made:
                self._made[size] = Scope(self.theory, {name: min(size, most) for name, most in self.most.items()})
            yield self._made[size]

    @property
    def last(self) -> int:
        return max(self.most.values(), default=USUAL)

    def __str__(self) -> str:
        return ", ".join(f"{size} {name}" for name, size in self.most.items())


class Window(dict[Any, Any]):
    """A table of a model: places beyond the window of integers are read from it when they are asked for."""

    def __init__(self, known: Mapping[Any, Any], beyond: Callable[[Any], Any]) -> None:
        super().__init__(known)
        self._beyond = beyond

    def __missing__(self, key: Any) -> Any:
        return self._beyond(key)


class WindowSet(frozenset[Any]):
    """The same for a relation."""

    values: Window

    def __new__(cls, values: Window) -> WindowSet:
        made = super().__new__(cls, (key for key, true in values.items() if true))
        made.values = values
        return made

    def __contains__(self, key: Any) -> bool:
        return bool(self.values[key])


def plain_value(found: Any, numbers: Mapping[str, Mapping[str, int]]) -> Any:
    """A value of a model without z3."""
    if z3.is_int_value(found):
        return found.as_long()
    if z3.is_bool(found):
        return bool(z3.is_true(found))
    return numbers[str(found.sort())][str(found)]


def integer_window(theory: Theory, model: Any) -> tuple[int, ...]:
    """The integers that a model names, with their neighbours, and a few small ones. Empty without integers."""
    if all(sort.ref.kind() != z3.Z3_INT_SORT for sort in theory.sorts.values()):
        return ()
    named = {-1, 0, 1, 2}
    for declaration in model.decls():
        interpretation = model[declaration]
        if isinstance(interpretation, z3.FuncInterp):
            entries = [interpretation.entry(at) for at in range(interpretation.num_entries())]
            terms = [entry.arg_value(at) for entry in entries for at in range(entry.num_args())]
            terms += [entry.value() for entry in entries] + [interpretation.else_value()]
        else:
            terms = [interpretation]
        named |= {term.as_long() for term in terms if term is not None and z3.is_int_value(term)}
    return tuple(sorted({value + near for value in named for near in range(-NEAR, NEAR + 1)}))
