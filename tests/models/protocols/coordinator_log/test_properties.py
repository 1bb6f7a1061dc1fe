"""Every property is false of some state: a claim that cannot fail says nothing."""

from __future__ import annotations

from nilometer_models.protocols.coordinator_log import MACHINE
from nilometer_models.protocols.coordinator_log.state import Config, Rules, State, View, with_broker
from tests.models.protocols.coordinator_log.test_fold import log
from tests.models.protocols.coordinator_log.test_model import COMMITTED, PUT, walk

STALE = Config(rules=Rules(reads="loaded"))
DIRTY = Config(rules=Rules(reads="written"))


def holds(name: str, made: State, config: Config | None = None) -> bool:
    return bool(MACHINE.invariants[name].claim(View(config or Config(), made)))


def test_the_first_state_keeps_every_promise() -> None:
    assert all(holds(name, walk()) for name in MACHINE.invariants)


def test_each_promise_can_be_broken() -> None:
    made, told = walk(PUT), walk(*COMMITTED, "Acknowledge 1")
    live = made.brokers[0].coordinator
    assert live is not None
    assert not holds("state_is_fold_of_log", with_broker(made, 1, history=()))
    assert not holds("every_log_loads", with_broker(made, 1, coordinator=live._replace(failed=True)))
    assert not holds("compaction_changes_no_state", with_broker(made, 1, log=()))
    assert not holds(
        "acknowledged_in_every_later_leader", made._replace(acknowledged=(log((1, "put"))[0]._replace(epoch=2),))
    )
    assert holds("reads_see_what_was_acknowledged", told)
    assert not holds("reads_see_what_was_acknowledged", told, STALE)
    assert holds("reads_are_committed", made)
    assert not holds("reads_are_committed", made, DIRTY)
