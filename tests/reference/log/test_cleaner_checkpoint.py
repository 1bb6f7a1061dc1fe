import pytest

from nilometer_reference.log.cleaner_checkpoint import (
    CLEANER_OFFSET,
    CleanerCheckpoint,
    forget_cleaning_above,
    may_have_gaps,
    read_checkpoint,
    write_checkpoint,
)
from nilometer_reference.log.memory_store import MemoryStore


@pytest.mark.parametrize("checkpoint", [CleanerCheckpoint(7, None), CleanerCheckpoint(2**62, 5)])
def test_it_is_read_as_it_was_written(checkpoint: CleanerCheckpoint) -> None:
    store = MemoryStore()
    write_checkpoint(store, checkpoint)
    assert read_checkpoint(store) == checkpoint


@pytest.mark.parametrize("content", [None, b"", b"damaged"])
def test_a_log_of_which_nothing_is_known_is_all_dirty(content: bytes | None) -> None:
    store = MemoryStore()
    if content is not None:
        store.write_whole(CLEANER_OFFSET, content)
    assert read_checkpoint(store) == CleanerCheckpoint(0, None)


def test_a_log_that_was_cut_below_it_is_all_dirty_and_may_still_have_gaps() -> None:
    store = MemoryStore()
    assert not may_have_gaps(store)
    forget_cleaning_above(store, 5)
    assert not may_have_gaps(store)
    write_checkpoint(store, CleanerCheckpoint(7, 100))
    forget_cleaning_above(store, 7)
    assert read_checkpoint(store).first_dirty_offset == 7
    forget_cleaning_above(store, 6)
    assert read_checkpoint(store) == CleanerCheckpoint(0, None)
    assert may_have_gaps(store)
