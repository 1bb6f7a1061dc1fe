"""What a model is: states, actions that say why they are not possible, and properties.

    MODEL = Machine("replication", Config, State, initial, view)

    @MODEL.action("leader", leader=replicas, follower=replicas)
    class ExpandIsr:
        \"\"\"The leader adds a follower that holds everything that may be committed (KIP-320).\"\"\"
        @staticmethod
        def why_not(c: Config, s: State, leader: int, follower: int) -> str | None: ...
        @staticmethod
        def apply(c: Config, s: State, leader: int, follower: int) -> State: ...

    @MODEL.invariant("R1", "V2")
    def committed_within_isr(view) -> bool: ...

    @MACHINE.leads_to("R8", fair=["Answer", Fair("Fetch", each=["follower"])])
    def a_change_is_resolved(view) -> tuple[bool, bool]:
        \"\"\"Each change of the ISR is answered.\"\"\"
        return view.in_flight, not view.in_flight

    MACHINE.bounded("small", Config(replicas=2), edges=True)
    MACHINE.bug("B001", "Truncation to the high watermark", breaks="committed_within_isr", config=Config(2, 1, 1, 1),
                source="KAFKA-1211", truncation="high_watermark")

`why_not` is None where the action is possible; a reason that begins with `bound:` is a bound of the model and not a
rule of the protocol. `apply` is called only then, and is pure. Keyword arguments of `action` are the domains of its
parameters: functions of the configuration alone, as TLC wants them to tell steps apart by their arguments. Rules of
the protocol are fields of `Config.rules`; a bug is a named assignment of rules (`bugs.py`), so the edited and the
right protocol are one text.

States are NamedTuples of tuples, frozensets, ints, strings and None, so that they hash and print, and have the same
fields as the variables of the TLA+ module. Ids of replicas, producers, members count from 1, as sequences of TLA+ do.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from nilometer_models.explore import Exploration
    from nilometer_models.notebook import CheckedByTlc, Comparison
    from nilometer_models.position import Position
    from nilometer_models.tlc.twin import Twin
    from nilometer_models.traces import Trace

C = TypeVar("C")
S = TypeVar("S")
V = TypeVar("V")

Domain = Callable[[Any], Iterable[Any]]
BOUND = "bound:"


class Label(NamedTuple):
    """One step by name: an action with its arguments in the order of its parameters."""

    action: str
    args: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.action}({', '.join(f'{name}={value}' for name, value in self.args)})"

    def __repr__(self) -> str:
        return str(self)


class ActionClass(Protocol):
    """What `Machine.action` decorates."""

    why_not: Callable[..., str | None]
    apply: Callable[..., Any]
    __name__: str


@dataclass(frozen=True)
class Action:
    """One action of a machine. `kind` groups actions in menus; `fault` is what the environment does."""

    name: str
    kind: str
    domains: dict[str, Domain]
    why_not: Callable[..., str | None]
    apply: Callable[..., Any]
    doc: str

    def label(self, arguments: tuple[Any, ...]) -> Label:
        return Label(self.name, tuple(zip(self.domains, arguments, strict=True)))


@dataclass(frozen=True)
class Property:
    """A named claim. `ids` are requirements of the catalogue that it speaks for; `tla_name` is its name in TLA+."""

    name: str
    claim: Callable[..., Any]
    ids: tuple[str, ...]
    doc: str

    @property
    def tla_name(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("_"))


class Fair(NamedTuple):
    r"""Weak fairness: steps of `action` that stay possible are taken some time.

    `each` names parameters: for each of their values such a step is taken, whatever the other arguments are.
    None stands for all parameters; an empty `each`, for the action as a whole.

        Fair("Fetch")                       \A f, l : WF_vars(Fetch(f, l))
        Fair("Fetch", each=["follower"])    \A f : WF_vars(\E l : Fetch(f, l))
        Fair("Fetch", each=[])              WF_vars(\E f, l : Fetch(f, l))
    """

    action: str
    each: Sequence[str] | None = None


Fairness = Sequence[str | Fair]
"""A string stands for `Fair` of that action."""


@dataclass(frozen=True)
class LeadsTo(Property):
    """A state in which the first of `claim(view)` holds is followed by one in which the second does."""

    fair: tuple[Fair, ...] = ()


@dataclass(frozen=True)
class Bounds(Generic[C]):
    """A configuration that is explored to its end. `edges`: the twins are compared edge by edge, too."""

    name: str
    config: C
    edges: bool = False
    nightly: bool = False
    """Too large for every run."""
    tlc_liveness: bool = True
    """Whether TLC, too, looks for what need not come: that takes it some three times as long as all else."""


@dataclass(frozen=True)
class Bug(Generic[C]):
    """A wrong assignment of rules, the property that it breaks, and the smallest configuration that shows it.

    `config` has the right rules: with them the property must hold there.
    """

    name: str
    """`B001` where it is a documented one; a short name in snake_case where the edit is our own."""
    title: str
    breaks: str
    """The name of an invariant, of a step property, or of something that must stay possible or must come."""
    config: C
    rules: Mapping[str, Any]
    source: str


@dataclass
class Machine(Generic[C, S, V]):
    """A protocol for any configuration. Properties are functions of `view(configuration, state)`.

    `home` is the folder of its TLA+ module, manifest and README; None for a machine that has none.
    """

    name: str
    initial: Callable[[C], Iterable[S]]
    view: Callable[[C, S], V]
    actions: list[Action] = field(default_factory=list)
    invariants: dict[str, Property] = field(default_factory=dict)
    """True in every reachable state."""
    step_properties: dict[str, Property] = field(default_factory=dict)
    """claim(view before, view after): true of every step."""
    witnesses: dict[str, Property] = field(default_factory=dict)
    """Reachable: a model in which nothing happens must not pass."""
    can_always: dict[str, Property] = field(default_factory=dict)
    """A state in which the claim holds stays reachable from everywhere."""
    leading_to: dict[str, LeadsTo] = field(default_factory=dict)
    """claim(view) is a pair: where its first is true, its second comes true then or later, if some actions are fair."""
    bounds: dict[str, Bounds[C]] = field(default_factory=dict)
    bugs: dict[str, Bug[C]] = field(default_factory=dict)
    home: Path | None = None

    @property
    def module(self) -> Path | None:
        """The TLA+ module; None if the protocol has none."""
        if self.home is None:
            return None
        path = self.home / f"{''.join(word.capitalize() for word in self.name.split('_'))}.tla"
        return path if path.exists() else None

    @property
    def properties(self) -> dict[str, Property]:
        """Everything that is claimed, but for witnesses."""
        return {**self.invariants, **self.step_properties, **self.can_always, **self.leading_to}

    @property
    def needs_graph(self) -> bool:
        """Whether some property is about the whole graph, and not about a state or a step."""
        return bool(self.can_always or self.leading_to)

    def bounded(
        self, name: str, config: C, *, edges: bool = False, nightly: bool = False, tlc_liveness: bool = True
    ) -> None:
        """Register bounds within which everything is explored."""
        assert name not in self.bounds
        self.bounds[name] = Bounds(name, config, edges, nightly, tlc_liveness)

    def bug(self, name: str, title: str, *, breaks: str, config: C, source: str = "", **rules: Any) -> None:
        """Register a bug: `rules` are fields of `config.rules`."""
        assert name not in self.bugs
        assert breaks in self.properties, f"{self.name} promises no {breaks}"
        self.bugs[name] = Bug(name, title, breaks, config, rules, source)

    def action(self, kind: str, /, **domains: Domain) -> Callable[[Any], Any]:
        """Register the decorated class as an action."""

        def register(cls: Any) -> Any:
            doc = (cls.__doc__ or "").strip()
            assert doc, f"{cls.__name__} says what it does"
            self.actions.append(Action(cls.__name__, kind, domains, cls.why_not, cls.apply, doc))
            return cls

        return register

    def _register(self, where: dict[str, Property], ids: tuple[str, ...]) -> Callable[[Any], Any]:
        def register(claim: Any) -> Any:
            doc = (claim.__doc__ or "").strip()
            assert doc, f"{claim.__name__} says what holds and why"
            assert claim.__name__ not in where
            where[claim.__name__] = Property(claim.__name__, claim, ids, doc)
            return claim

        return register

    def invariant(self, *ids: str) -> Callable[[Any], Any]:
        """Register an invariant, with the requirements that it speaks for."""
        return self._register(self.invariants, ids)

    def step_property(self, *ids: str) -> Callable[[Any], Any]:
        """Register a property of steps."""
        return self._register(self.step_properties, ids)

    def witness(self, *ids: str) -> Callable[[Any], Any]:
        """Register something that must be reachable."""
        return self._register(self.witnesses, ids)

    def always_possible(self, *ids: str) -> Callable[[Any], Any]:
        """Register something that must stay reachable."""
        return self._register(self.can_always, ids)

    def leads_to(self, *ids: str, fair: Fairness = ()) -> Callable[[Any], Any]:
        """Register something that must come: the decorated function answers (premise, conclusion) of a view."""

        def register(claim: Any) -> Any:
            made = self._register({}, ids)(claim)
            assert claim.__name__ not in self.leading_to
            doc = claim.__doc__.strip()
            self.leading_to[claim.__name__] = LeadsTo(claim.__name__, claim, ids, doc, as_fair(fair))
            return made

        return register

    def action_named(self, name: str) -> Action:
        """KeyError, with the names that there are."""
        for action in self.actions:
            if action.name == name:
                return action
        raise KeyError(f"{self.name} has no action {name}; it has {', '.join(a.name for a in self.actions)}")


def as_fair(fair: Fairness) -> tuple[Fair, ...]:
    """Names of actions as `Fair`."""
    return tuple(Fair(one) if isinstance(one, str) else one for one in fair)


@dataclass(frozen=True, repr=False)
class Disabled:
    """A step that is not possible, and why."""

    label: Label
    reason: str

    def __repr__(self) -> str:
        return f"{self.label}: {self.reason}"


@dataclass(frozen=True)
class Instance(Generic[C, S, V]):
    """A machine with its configuration: what engines check."""

    machine: Machine[C, S, V]
    config: C

    def with_rules(self, **rules: Any) -> Instance[C, S, V]:
        """The same bounds with these fields of `config.rules` changed."""
        config: Any = self.config
        return Instance(self.machine, config._replace(rules=config.rules._replace(**rules)))

    def with_bug(self, name: str) -> Instance[C, S, V]:
        """The same bounds with the rules of a registered bug. KeyError, with the names that there are."""
        if name not in self.machine.bugs:
            raise KeyError(f"{self.machine.name} has no bug {name}; it has {', '.join(self.machine.bugs)}")
        return self.with_rules(**self.machine.bugs[name].rules)

    def initial(self) -> Iterator[S]:
        return iter(self.machine.initial(self.config))

    def view(self, state: S) -> V:
        return self.machine.view(self.config, state)

    # At a prompt: `notebook.py`, which is loaded when it is asked for.

    def initial_state(self) -> Position[C, S, V]:
        """Where walks by hand begin: the first initial state."""
        from nilometer_models.position import Position  # noqa: PLC0415
        from nilometer_models.traces import Trace  # noqa: PLC0415

        return Position(Trace(self, (next(self.initial()),), ()))

    def explore(self, **limits: Any) -> Exploration[C, S, V]:
        """Everything that is reachable. Ctrl-C gives what was seen so far."""
        from nilometer_models.notebook import explored  # noqa: PLC0415

        return explored(self, **limits)

    def shortest(self, violating: str, **limits: Any) -> Trace[C, S, V] | None:
        """A shortest trace that breaks an invariant or a step property; None if it holds."""
        from nilometer_models.notebook import shortest  # noqa: PLC0415

        return shortest(self, violating, **limits)

    def reach(self, claim: Callable[[V], Any], **limits: Any) -> Trace[C, S, V] | None:
        """A shortest trace to a state whose view satisfies the claim; None if there is none in these bounds."""
        from nilometer_models.notebook import reach  # noqa: PLC0415

        return reach(self, claim, **limits)

    def compare(self, other: Instance[C, S, V], depth: int = 8) -> Comparison[C, S, V]:
        """The first state, in so many levels, where another model of the same states does something else."""
        from nilometer_models.notebook import compare  # noqa: PLC0415

        return compare(self, other, depth)

    def tlc(self, workers: int = 1) -> CheckedByTlc[C, S, V]:
        """What TLC says of the TLA+ module in these bounds."""
        from nilometer_models.notebook import check_by_tlc  # noqa: PLC0415

        return check_by_tlc(self, workers)

    def twin(self) -> Twin:
        """Whether the TLA+ module has the same states and labelled edges; or the first differences."""
        from nilometer_models.tlc.twin import compare  # noqa: PLC0415

        if self.machine.module is None:
            raise ValueError(f"{self.machine.name} has no TLA+ module")
        return compare(self, self.machine.module)

    @cached_property
    def candidates(self) -> list[tuple[Action, tuple[Any, ...]]]:
        """Every action with every combination of its arguments."""
        return [
            (action, arguments)
            for action in self.machine.actions
            for arguments in itertools.product(*(domain(self.config) for domain in action.domains.values()))
        ]

    def steps(self, state: S) -> Iterator[tuple[Action, tuple[Any, ...], S]]:
        """Every possible step from `state`."""
        config = self.config
        for action, arguments in self.candidates:
            if action.why_not(config, state, *arguments) is None:
                yield action, arguments, action.apply(config, state, *arguments)

    def enabled(self, state: S) -> list[Label]:
        """The steps that are possible."""
        return [action.label(arguments) for action, arguments, _ in self.steps(state)]

    def disabled(self, state: S) -> list[Disabled]:
        """The steps that are not, and why."""
        found = []
        for action, arguments in self.candidates:
            reason = action.why_not(self.config, state, *arguments)
            if reason is not None:
                found.append(Disabled(action.label(arguments), reason))
        return found

    def why_not(self, state: S, action: str, **arguments: Any) -> str | None:
        """Why this step is not possible; None if it is."""
        found = self.machine.action_named(action)
        reason: str | None = found.why_not(self.config, state, *(arguments[name] for name in found.domains))
        return reason

    def take(self, state: S, action: str, **arguments: Any) -> S:
        """The state after this step. ValueError, with the reason, where it is not possible."""
        reason = self.why_not(state, action, **arguments)
        found = self.machine.action_named(action)
        if reason is not None:
            label = found.label(tuple(arguments[name] for name in found.domains))
            raise ValueError(f"{label} is not possible: {reason}")
        after: S = found.apply(self.config, state, *(arguments[name] for name in found.domains))
        return after
