"""Finite structures: a state of a proof in plain Python, as the evaluator reads it and people see it.

universes   sort -> its elements; of an ordered sort in order, the least first; of integers (`Int`), a window
tables      relation -> the set of its tuples; function -> a dictionary
key         a bare value for one argument, a tuple else
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nilometer_models.prover.theory import Symbol, Theory

Table = Any
"""frozenset of keys, or a dictionary."""


@dataclass(frozen=True)
class Structure:
    """See the module."""

    universes: Mapping[str, Sequence[Any]]
    tables: Mapping[str, Table]

    def keys(self, symbol: Symbol) -> Iterator[Any]:
        """Every key that the symbol has."""
        places = itertools.product(*(self.universes[str(sort.ref)] for sort in symbol.arguments))
        return (place[0] if len(place) == 1 else place for place in places)

    def value(self, symbol: Symbol, key: Any) -> Any:
        table = self.tables[symbol.name]
        return key in table if symbol.is_relation else table[key]

    def with_tables(self, tables: Mapping[str, Table]) -> Structure:
        """The same with these tables replaced."""
        return Structure(self.universes, {**self.tables, **tables})


def shortest_prefixes(names: Iterable[str]) -> dict[str, str]:
    """For each name the shortest beginning that no other name has, in small letters."""
    known = list(names)
    return {
        name: next(
            name[:length].lower()
            for length in range(1, len(name) + 1)
            if length == len(name) or not any(o != name and o.startswith(name[:length]) for o in known)
        )
        for name in known
    }


def show_element(theory: Theory, sort: str, value: Any) -> str:
    """An element with the first letters of its sort; elements of ordered sorts count from the least, 0."""
    if sort not in theory.sorts or str(theory.sorts[sort].ref) == "Int":
        return str(value)
    return f"{shortest_prefixes(theory.sorts)[sort]}{value}"


def show_table(theory: Theory, structure: Structure, name: str) -> str:
    """A table in one line."""
    symbol = theory.symbols[name]
    table = structure.tables[name]

    def show_key(key: Any) -> str:
        parts = key if len(symbol.arguments) != 1 else (key,)
        shown = (show_element(theory, sort.name, part) for sort, part in zip(symbol.arguments, parts, strict=True))
        return ", ".join(shown) if len(parts) == 1 else f"({', '.join(shown)})"

    if not symbol.arguments:
        value = () in table if symbol.is_relation else table[()]
        return show_element(theory, symbol.result.name, value)
    if symbol.is_relation:
        return ", ".join(show_key(key) for key in structure.keys(symbol) if key in table) or "none"
    shown = (key for key in structure.keys(symbol) if dict.__contains__(table, key))
    pairs = [f"{show_key(key)}: {show_element(theory, symbol.result.name, table[key])}" for key in shown]
    return ", ".join(pairs) or "nothing"
