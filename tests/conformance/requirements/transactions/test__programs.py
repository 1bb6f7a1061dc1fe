import pytest
from hypothesis import given

from nilometer.catalogue import load
from nilometer.requirements.transactions._programs import (
    SHORTEST,
    End,
    Fence,
    Offsets,
    Plain,
    Read,
    Write,
    perform,
    programs,
)
from nilometer.requirements.transactions._world import Outcome, World
from nilometer.run import Run
from nilometer.settings import Settings
from tests.conformance.requirements.judging import subject


@given(programs(reads=True, offsets=True))
def test_every_program_writes_something_in_a_transaction(program):
    assert any(isinstance(step, Write) for step in program)
    for step in program:
        assert getattr(step, "producer", 0) in (0, 1)
        assert getattr(step, "partition", 0) in (0, 1)


def test_the_shortest_program_has_every_kind_of_end_in_both_partitions():
    kinds = {type(step) for step in SHORTEST}
    assert kinds == {Write, Plain, End, Fence, Read}
    assert {step.commit for step in SHORTEST if isinstance(step, End)} == {True, False}
    assert {step.partition for step in SHORTEST if isinstance(step, Write)} == {0, 1}


@pytest.fixture
def world(honest):
    run = Run(load()["T1"], subject(honest), Settings(), deadline=1e12)
    yield World(run)
    run.close()


def test_each_step_is_done_in_its_turn(world):
    looked = []
    program = [Write(0, 1, 2), Offsets(0, 0, 9), Read(1), End(0, True), Plain(0), Write(1, 0, 1), Fence(1)]
    perform(world, program, on_read=looked.append)
    assert looked == [Read(1)]
    first, second = world.history
    assert (first.outcome, second.outcome) == (Outcome.COMMITTED, Outcome.ABORTED)
    assert len(first.writes[1]) == 2
    assert first.offsets == {0: 9}
    assert len(world.plain[0]) == 1


def test_the_shortest_program_leaves_what_it_says(world):
    perform(world, SHORTEST)
    world.settle()
    outcomes = [one.outcome for one in world.history]
    assert outcomes.count(Outcome.COMMITTED) >= 4
    assert outcomes.count(Outcome.ABORTED) >= 4
    for partition in (0, 1):
        assert world.read(partition).values == world.expected(partition)
