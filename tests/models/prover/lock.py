"""The smallest whole proof: a lock that one client holds, as an executable model and as a theory without bounds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from nilometer_models.logic import all_of, any_of, equal, for_all, implies, negate
from nilometer_models.machine import Instance, Machine
from nilometer_models.prover import Proof, State, Step, Structure, Theory, every
from nilometer_models.prover.lockstep import Lockstep, Parameters


class Config(NamedTuple):
    clients: int = 3


class Lock(NamedTuple):
    free: bool
    holders: frozenset[int]


def initial(_: Config) -> Iterator[Lock]:
    yield Lock(True, frozenset())


MACHINE: Machine[Config, Lock, Lock] = Machine("lock", initial, lambda _, state: state)


def clients(c: Config) -> Iterable[int]:
    return range(1, c.clients + 1)


@MACHINE.action("client", client=clients)
class Take:
    """A client takes the free lock."""

    @staticmethod
    def why_not(_: Config, s: Lock, client: int) -> str | None:  # noqa: ARG004
        return None if s.free else "it is taken"

    @staticmethod
    def apply(_: Config, s: Lock, client: int) -> Lock:
        return Lock(False, s.holders | {client})


@MACHINE.action("client", client=clients)
class Give:
    """Its holder gives the lock back."""

    @staticmethod
    def why_not(_: Config, s: Lock, client: int) -> str | None:
        return None if client in s.holders else "it does not hold the lock"

    @staticmethod
    def apply(_: Config, s: Lock, client: int) -> Lock:
        return Lock(True, s.holders - {client})


class View(NamedTuple):
    """What the goal asks."""

    clients: Any
    holds: Any


def one_holder(view: Any) -> Any:
    """The lock has one holder: that is what it is for."""
    return for_all(
        view.clients,
        lambda one: for_all(
            view.clients, lambda other: implies(all_of(view.holds(one), view.holds(other)), equal(one, other))
        ),
    )


def theory() -> Theory:
    """The lock for any number of clients."""
    made = Theory("lock")
    client_sort = made.sort("Client")
    made.relation("free")
    made.relation("holds", client_sort)
    made.relation("held_before", client_sort, ghost=True)

    @made.initially
    def nobody_holds_it(s: State) -> Any:
        return all_of(s.free(), every(client_sort, lambda c: negate(any_of(s.holds(c), s.held_before(c)))))

    @made.action("Take", client=client_sort)
    def take(s: State, client: Any) -> Step:
        """A client takes the free lock."""
        return Step(s).require("free", s.free()).set("free", to=False).set("holds", client, to=True)

    @made.action("Give", client=client_sort)
    def give(s: State, client: Any) -> Step:
        """Its holder gives the lock back, and is remembered."""
        step = Step(s).require("holder", s.holds(client)).set("free", to=True).set("holds", client, to=False)
        return step.set("held_before", client, to=True)

    @made.lemma("goal")
    def only_one_holds_it(s: State) -> Any:
        """Two holders are one."""
        return every(client_sort, client_sort, lambda a, b: implies(all_of(s.holds(a), s.holds(b)), equal(a, b)))

    @made.lemma("lock")
    def free_means_free(s: State) -> Any:
        """Nobody holds a lock that is free."""
        return every(client_sort, lambda a: implies(s.free(), negate(s.holds(a))))

    made.goal(one_holder, lambda s: View(client_sort, s.holds))
    return made


def structure(c: Config, s: Lock) -> Structure:
    tables = {"free": frozenset({()} if s.free else ()), "holds": s.holders}
    return Structure({"Client": tuple(clients(c))}, tables)


def _same(name: str) -> Any:
    def cases(_: Config, before: Lock, args: tuple[Any, ...], after: Lock) -> Iterator[tuple[str, Parameters]]:  # noqa: ARG001
        yield name, {"client": args[0]}

    return cases


PROOF = Proof(theory(), scope={"Client": 3})
LOCKSTEP = Lockstep(PROOF.theory, structure, {"Take": _same("Take"), "Give": _same("Give")})


def instance(number: int = 3) -> Instance[Config, Lock, Lock]:
    return Instance(MACHINE, Config(number))
