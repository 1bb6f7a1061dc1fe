"""A theory: sorts, symbols of the state, the initial states, actions, lemmas and goals. What a proof is made of.

    theory = Theory("lamp")
    LAMP = theory.sort("Lamp")
    theory.relation("lit", LAMP)                                   # a symbol of the state: s.lit(lamp)

    @theory.initially
    def dark(s): return every(LAMP, lambda lamp: negate(s.lit(lamp)))

    @theory.action("Switch", lamp=LAMP)
    def switch(s, lamp):
        return Step(s).require("off", negate(s.lit(lamp))).set("lit", lamp, to=True)

    @theory.lemma("group")
    def name(s): return every(...)

A formula is a function of a state `s`, whose attributes are the symbols and the definitions. The same function is read
before a step and after it: after it, `s.lit(x)` is what the step wrote, in terms of the state before. So a step needs
no frame axioms in the solver; `Step.keeps` is the frame, and the lockstep check demands it of the executable model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import z3

from nilometer_models.prover.sorts import BOOLEAN, OrderedSort, Sort

Formula = Any
"""A term of z3; this package decides nothing else about it."""


@dataclass(frozen=True)
class Symbol:
    """A function or a relation of the state. A ghost is not in the executable model: only the proof writes it."""

    name: str
    arguments: tuple[Sort, ...]
    result: Sort
    declaration: Any
    ghost: bool = False
    where: Callable[..., Formula] | None = None
    """(s, *arguments): where its values mean something; elsewhere nobody is shown them."""

    @property
    def is_relation(self) -> bool:
        return self.result is BOOLEAN


class State:
    """A state in formulas: `s.symbol(x, y)` and `s.definition(x)`. `changes` holds what a step has written."""

    def __init__(self, theory: Theory, changes: Mapping[str, Callable[..., Formula]] | None = None) -> None:
        self._theory = theory
        self._changes = changes or {}

    def __getattr__(self, name: str) -> Callable[..., Formula]:
        theory = self._theory
        if name in theory.definitions:
            definition = theory.definitions[name]
            return lambda *args: definition(self, *args)
        if name not in theory.symbols:
            raise AttributeError(f"{theory.name} has no symbol {name}; it has {', '.join(theory.symbols)}")
        symbol = theory.symbols[name]

        def apply(*args: Any) -> Formula:
            check_sorts(name, symbol.arguments, args)
            return self._changes[name](*args) if name in self._changes else symbol.declaration(*args)

        return apply


def check_sorts(name: str, sorts: tuple[Sort, ...], args: tuple[Any, ...]) -> None:
    """TypeError where the arguments are not of these sorts."""
    wanted = ", ".join(sort.name for sort in sorts)
    if len(args) != len(sorts):
        raise TypeError(f"{name} takes ({wanted}), not {len(args)} arguments")
    for sort, arg in zip(sorts, args, strict=True):
        if z3.is_expr(arg) and arg.sort() != sort.ref:
            raise TypeError(f"{name} takes ({wanted}): {arg} is a {arg.sort()}")


ANYTHING: Final = object()
"""A key of `Step.set` that fits every argument."""


class Step:
    """What an action does: named guards, and simultaneous updates that read the state before."""

    def __init__(self, before: State) -> None:
        self.before = before
        self.guards: list[tuple[str, Formula]] = []
        self.changes: dict[str, Callable[..., Formula]] = {}

    def require(self, name: str, claim: Formula) -> Step:
        """A guard. Guards may share a name: what one rule of the protocol demands."""
        self.guards.append((name, claim))
        return self

    def set(self, symbol: str, *keys: Any, to: Any) -> Step:
        """Write `to` where the first arguments are `keys`; a callable `to` takes the arguments that are left.

        `set("isr", leader, to=lambda member: …)` writes a whole row, `set("isr", leader, member, to=False)` one place.
        """
        theory = self.before._theory
        if symbol not in theory.symbols:
            raise AttributeError(f"{theory.name} has no symbol {symbol}")
        sorts = theory.symbols[symbol].arguments
        previous = self.changes.get(symbol) or getattr(self.before, symbol)
        wanted = [(at, key) for at, key in enumerate(keys) if key is not ANYTHING]
        check_sorts(symbol, tuple(sorts[at] for at, _ in wanted), tuple(key for _, key in wanted))
        is_relation = theory.symbols[symbol].is_relation

        def changed(*args: Any) -> Formula:
            rest = tuple(arg for at, arg in enumerate(args) if at >= len(keys) or keys[at] is ANYTHING)
            value = to(*rest) if callable(to) else to
            hits = [args[at] == key for at, key in wanted]
            if not hits:
                return z3.BoolVal(value) if isinstance(value, bool) else value
            hit = z3.And(*hits) if len(hits) > 1 else hits[0]
            if is_relation and isinstance(value, bool):
                return z3.Or(hit, previous(*args)) if value else z3.And(z3.Not(hit), previous(*args))
            return z3.If(hit, value, previous(*args))

        self.changes[symbol] = changed
        return self

    @property
    def after(self) -> State:
        """The state after it."""
        return State(self.before._theory, self.changes)

    @property
    def keeps(self) -> list[str]:
        """The frame: symbols that it does not write."""
        return [name for name in self.before._theory.symbols if name not in self.changes]


@dataclass(frozen=True)
class Action:
    """An action of the proof. `of` is the action of the executable model that it describes, wholly or a case of it."""

    name: str
    of: str
    parameters: dict[str, Sort]
    effect: Callable[..., Step]
    doc: str

    def constants(self) -> dict[str, Any]:
        """A name for each parameter, in formulas."""
        return {name: sort.constant(f"{name}") for name, sort in self.parameters.items()}

    def step(self, theory: Theory) -> Step:
        """The step for these names."""
        return self.effect(State(theory), **self.constants())


@dataclass(frozen=True)
class Lemma:
    """A part of the inductive invariant."""

    name: str
    group: str
    claim: Callable[[State], Formula]
    doc: str


@dataclass(frozen=True)
class Goal:
    """A goal of `invariants/`, read over a view of a state of the proof. It follows from lemmas."""

    name: str
    claim: Callable[[Any], Formula]
    view: Callable[[State], Any]

    def formula(self, state: State) -> Formula:
        return self.claim(self.view(state))


@dataclass(frozen=True)
class StepGoal:
    """A goal of `invariants/` about every step: it reads the views before and after."""

    name: str
    claim: Callable[[Any, Any], Formula]
    view: Callable[[State], Any]

    def formula(self, before: State, after: State) -> Formula:
        return self.claim(self.view(before), self.view(after))


@dataclass(frozen=True)
class Waiver:
    """An edge between sorts that may close a cycle, and why it does no harm."""

    source: str
    target: str
    reason: str


def _without(effect: Callable[..., Step], guard: str) -> Callable[..., Step]:
    def loosened(*args: Any, **kwargs: Any) -> Step:
        step = effect(*args, **kwargs)
        step.guards = [(name, claim) for name, claim in step.guards if name != guard]
        return step

    return loosened


def _doc(of: Any) -> str:
    doc = (of.__doc__ or "").strip()
    assert doc, f"{of.__name__} says what it does, or what holds and why"
    return doc


@dataclass
class Theory:
    """See the module."""

    name: str
    sorts: dict[str, Sort] = field(default_factory=dict)
    symbols: dict[str, Symbol] = field(default_factory=dict)
    definitions: dict[str, Callable[..., Formula]] = field(default_factory=dict)
    initial: list[Callable[[State], Formula]] = field(default_factory=list)
    actions: dict[str, Action] = field(default_factory=dict)
    lemmas: dict[str, Lemma] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    step_goals: dict[str, StepGoal] = field(default_factory=dict)
    assumptions: list[tuple[str, Formula]] = field(default_factory=list)
    """Claims about the sorts that no step changes, by name: premises of the whole proof."""
    waivers: list[Waiver] = field(default_factory=list)
    formulas: dict[Lemma, Formula] = field(default_factory=dict, repr=False, compare=False)
    """Lemmas of a state, built once for this theory and its variants."""
    compiled: dict[int, tuple[Formula, Any]] = field(default_factory=dict, repr=False, compare=False)
    """Formulas that `evaluate.py` has turned into Python, by the number that z3 gives them."""

    def sort(self, name: str) -> Sort:
        """A set of things that can only be told apart."""
        return self._add_sort(Sort(name, z3.DeclareSort(name)))

    def ordered(self, name: str) -> OrderedSort:
        """A totally ordered set with a least element."""
        made = OrderedSort(name)
        self._add_sort(made)
        return made

    def integers(self, name: str) -> Sort:
        """z3's integers. Nothing decides formulas that quantify over them: keep those few."""
        return self._add_sort(Sort(name, z3.IntSort()))

    def _add_sort(self, sort: Sort) -> Sort:
        assert sort.name not in self.sorts
        self.sorts[sort.name] = sort
        return sort

    def function(
        self,
        name: str,
        *arguments: Sort,
        to: Sort,
        ghost: bool = False,
        where: Callable[..., Formula] | None = None,
    ) -> None:
        """A symbol of the state with one value for its arguments; without arguments, a variable.

        `where(s, *arguments)` says where the value means something: lemmas must not read it elsewhere.
        """
        assert name not in self.symbols
        assert name not in self.definitions
        declaration = z3.Function(name, *(sort.ref for sort in arguments), to.ref)
        self.symbols[name] = Symbol(name, arguments, to, declaration, ghost, where)

    def relation(self, name: str, *arguments: Sort, ghost: bool = False) -> None:
        """A symbol of the state that is true or false of its arguments."""
        self.function(name, *arguments, to=BOOLEAN, ghost=ghost)

    def define(self, definition: Callable[..., Formula]) -> Callable[..., Formula]:
        """A name for a formula over a state: `s.leads(r)` of `def leads(s, r)`."""
        assert definition.__name__ not in self.symbols
        self.definitions[definition.__name__] = definition
        return definition

    def initially(self, claim: Callable[[State], Formula]) -> Callable[[State], Formula]:
        """What is true of an initial state. Several claims hold together."""
        self.initial.append(claim)
        return claim

    def action(self, name: str, *, of: str | None = None, **parameters: Sort) -> Callable[[Any], Any]:
        """Register a function (s, **parameters) -> Step."""

        def register(effect: Any) -> Any:
            assert name not in self.actions
            clash = parameters.keys() & self.symbols.keys()
            assert not clash, f"{name}: z3 would take the parameter {', '.join(clash)} for the symbol of that name"
            self.actions[name] = Action(name, of or name, parameters, effect, _doc(effect))
            return effect

        return register

    def lemma(self, group: str) -> Callable[[Any], Any]:
        """Register a part of the inductive invariant."""

        def register(claim: Any) -> Any:
            assert claim.__name__ not in self.lemmas
            self.lemmas[claim.__name__] = Lemma(claim.__name__, group, claim, _doc(claim))
            return claim

        return register

    def lemma_formula(self, name: str) -> Formula:
        """A lemma of a state as it is."""
        lemma = self.lemmas[name]
        if lemma not in self.formulas:
            self.formulas[lemma] = lemma.claim(State(self))
        return self.formulas[lemma]

    def goal(self, claim: Callable[[Any], Formula], view: Callable[[State], Any]) -> None:
        """Register a goal of `invariants/`."""
        self.goals[claim.__name__] = Goal(claim.__name__, claim, view)

    def step_goal(self, claim: Callable[[Any, Any], Formula], view: Callable[[State], Any]) -> None:
        """Register a goal of `invariants/` about steps: claim(view before, view after)."""
        assert claim.__name__ not in self.lemmas
        self.step_goals[claim.__name__] = StepGoal(claim.__name__, claim, view)

    def assume(self, name: str, claim: Formula) -> None:
        """A premise of the whole proof. It is listed with every result."""
        self.assumptions.append((name, claim))

    def waive(self, source: Sort, target: Sort, reason: str) -> None:
        """Allow a cycle of sorts through this edge."""
        self.waivers.append(Waiver(source.name, target.name, reason))

    def without_guard(self, guard: str, action: str | None = None) -> Theory:
        """The theory in which these guards of an action, or of every action, do not bind."""
        assert any(guard in found for name, found in self.guards().items() if action in (None, name)), guard
        actions = {
            name: replace(found, effect=_without(found.effect, guard)) if action in (None, name) else found
            for name, found in self.actions.items()
        }
        return replace(self, actions=actions)

    def without_lemma(self, lemma: str) -> Theory:
        """The theory that does not know this lemma."""
        return replace(self, lemmas={name: found for name, found in self.lemmas.items() if name != lemma})

    def guards(self) -> dict[str, list[str]]:
        """Names of the guards of each action."""
        return {
            name: list(dict.fromkeys(guard for guard, _ in action.step(self).guards))
            for name, action in self.actions.items()
        }

    @property
    def axioms(self) -> list[Formula]:
        """What is true of the sorts, and what is assumed."""
        return [axiom for sort in self.sorts.values() for axiom in sort.axioms] + [a for _, a in self.assumptions]
