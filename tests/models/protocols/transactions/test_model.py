"""Version 2 holds, version 1 within what it promises, and both readings are one graph."""

from __future__ import annotations

import pytest

from nilometer_models.explore import explore, wedged
from nilometer_models.protocols.transactions import MACHINE, model
from nilometer_models.tlc.twin import compare


def test_version_2_keeps_every_promise() -> None:
    run = explore(model(transactions=2, retries=1, timeouts=1), keep_graph=True)
    assert run.holds, run.violations
    assert wedged(run, MACHINE.can_always["transactions_end"].claim) is None
    assert run.states == 2_472


def test_version_1_with_verification_keeps_them_within_one_transaction() -> None:
    run = explore(model(transactions=1, timeouts=1, version=1))
    assert run.holds, run.violations


def test_an_instance_that_was_replaced_can_abort_the_transaction_of_its_successor() -> None:
    run = explore(model(instances=2, recoveries=1, transactions=1))
    assert run.holds
    trace = run.witnesses["a_zombie_aborts_its_successor"]
    assert trace.labels[-1].action == "FenceByInit"


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_both_readings_are_one_labelled_graph() -> None:
    assert MACHINE.module is not None
    twin = compare(model(transactions=1, reloads=1), MACHINE.module)
    assert twin.equal, twin
