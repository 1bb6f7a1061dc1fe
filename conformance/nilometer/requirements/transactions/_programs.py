"""Generated programs of several producers: what they do, in which order, and how it is run.

example [Write(producer=0, partition=1, records=2), End(producer=0, commit=False), Fence(producer=1), …]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hypothesis import strategies as st

from nilometer.requirements.transactions._world import World


class Write(NamedTuple):
    """A batch in the producer's transaction, which begins if there is none."""

    producer: int
    partition: int
    records: int


class Plain(NamedTuple):
    """A batch outside any transaction."""

    partition: int


class Offsets(NamedTuple):
    """The producer's group reaches an offset of a partition, as part of the transaction."""

    producer: int
    partition: int
    offset: int


class End(NamedTuple):
    """EndTxn, if a transaction is open."""

    producer: int
    commit: bool


class Fence(NamedTuple):
    """A new instance with the same transactional id."""

    producer: int


class Read(NamedTuple):
    """A read_committed reader looks at a partition."""

    partition: int


Step = Write | Plain | Offsets | End | Fence | Read
Program = list[Step]


def programs(
    *, producers: int = 2, partitions: int = 2, reads: bool = False, offsets: bool = False, steps_max: int = 14
) -> st.SearchStrategy[Program]:
    """Programs in which at least one transaction writes something."""
    producer, partition = st.integers(0, producers - 1), st.integers(0, partitions - 1)
    write = st.builds(Write, producer, partition, st.integers(1, 3))
    kinds: list[st.SearchStrategy[Step]] = [
        write, write, st.builds(Plain, partition), st.builds(End, producer, st.booleans()),
        st.builds(End, producer, st.booleans()), st.builds(Fence, producer),
    ]  # fmt: skip
    if reads:
        kinds += [st.builds(Read, partition)] * 2
    if offsets:
        kinds.append(st.builds(Offsets, producer, partition, st.integers(0, 1_000)))
    steps = st.lists(st.one_of(kinds), min_size=3, max_size=steps_max)
    return steps.filter(lambda program: any(isinstance(step, Write) for step in program))


def perform(world: World, program: Program, on_read: Callable[[Read], None] = lambda _: None) -> None:
    """Each step in turn."""
    for step in program:
        match step:
            case Write():
                world.write(step.producer, step.partition, step.records)
            case Plain():
                world.write_plain(step.partition)
            case Offsets():
                world.send_offsets(step.producer, step.partition, step.offset)
            case End():
                world.end(step.producer, step.commit)
            case Fence():
                world.fence(step.producer)
            case Read():
                on_read(step)


SHORTEST: Program = [
    Write(0, 0, 1), Write(1, 0, 2), Plain(0), Write(0, 1, 1), Read(0), End(1, False), Read(0), Write(1, 0, 1), Read(1),
    End(0, True), Read(0), Write(0, 0, 1), Fence(0), Read(0), End(1, True), Write(0, 1, 2), End(0, True),
    Write(1, 1, 1), Read(1), End(1, False), Plain(1), Write(1, 0, 1), End(1, False), Write(1, 0, 1), End(1, True),
]  # fmt: skip
"""Commits, aborts and fencing, side by side in both partitions."""
