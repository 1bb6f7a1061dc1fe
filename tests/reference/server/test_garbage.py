import gc
import weakref
from collections.abc import Iterator

import pytest

from nilometer_reference.server.garbage import THRESHOLDS, spare_the_collector


@pytest.fixture(autouse=True)
def the_collector_as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


class Node:
    """Something that may refer to itself."""

    itself: "Node"


def _cycle() -> "weakref.ref[Node]":
    node = Node()
    node.itself = node
    return weakref.ref(node)


def test_what_is_there_is_not_looked_at_again() -> None:
    kept = [Node() for _ in range(1000)]
    spare_the_collector()
    assert gc.get_freeze_count() > len(kept)
    looked_at = {id(one) for one in gc.get_objects()}
    assert not looked_at.intersection(map(id, kept))


def test_garbage_from_before_is_gone_not_kept_for_ever() -> None:
    garbage = _cycle()
    spare_the_collector()
    assert garbage() is None


def test_cycles_made_later_are_still_found() -> None:
    spare_the_collector()
    assert gc.isenabled()
    garbage = _cycle()
    pile = [[] for _ in range(2 * THRESHOLDS[0])]  # type: ignore[var-annotated]
    assert pile
    assert garbage() is None
