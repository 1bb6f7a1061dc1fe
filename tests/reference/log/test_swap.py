from __future__ import annotations

from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.log.segment import segment_name
from nilometer_reference.log.swap import cleaned_name, finish_swaps, swap_in


def store_with(*bases: int) -> MemoryStore:
    """Segments with their indexes, and a finished file for the first two or three of them."""
    store = MemoryStore()
    for base in bases:
        for suffix in ("log", "index", "snapshot"):
            file = store.open(segment_name(base, suffix))
            file.append([b"old %d" % base])
            file.flush()
    cleaned = store.open(cleaned_name(0))
    cleaned.append([b"cleaned"])
    cleaned.flush()
    store.flush()
    return store


def logs(store: MemoryStore) -> dict[str, bytes | None]:
    return {name: store.read_whole(name) for name in store.names() if name.endswith((".log", ".index"))}


OLD = {
    "00000000000000000000.log": b"old 0", "00000000000000000000.index": b"old 0",
    "00000000000000000010.log": b"old 10", "00000000000000000010.index": b"old 10",
    "00000000000000000020.log": b"old 20", "00000000000000000020.index": b"old 20",
}  # fmt: skip
NEW = {
    "00000000000000000000.log": b"cleaned",
    "00000000000000000020.log": b"old 20", "00000000000000000020.index": b"old 20",
}  # fmt: skip


def test_the_new_file_takes_the_place_of_all_segments_in_the_range_and_of_no_other() -> None:
    store = store_with(0, 10, 20)
    swap_in(store, 0, 20)
    assert logs(store) == NEW
    assert not [name for name in store.names() if name.endswith((".swap", ".cleaned"))]
    assert logs(store.crashed()) == NEW


def test_a_crash_at_any_step_leaves_the_old_or_after_a_start_the_new() -> None:
    outcomes = []
    steps = 0
    while True:
        store = store_with(0, 10, 20)
        store.fails_in = steps
        try:
            swap_in(store, 0, 20)
        except KafkaStorageError:
            for after in (store.crashed(), store.crashed(lambda _, __, size: size, lambda count: count)):
                finish_swaps(after)
                outcomes.append(logs(after))
                finish_swaps(after)
                assert logs(after) == outcomes[-1]
            steps += 1
        else:
            break
    for outcome in outcomes:
        assert outcome in (OLD, NEW), outcome
    assert OLD in outcomes
    assert NEW in outcomes


def test_an_open_file_goes_on_in_its_new_place() -> None:
    store = store_with(0)
    file = store.open(cleaned_name(0))
    swap_in(store, 0, 10)
    file.append([b"!"])
    assert store.read_whole("00000000000000000000.log") == b"cleaned!"


def test_nothing_to_finish_changes_nothing() -> None:
    store = store_with(0, 10)
    before = store.names()
    finish_swaps(store)
    assert store.names() == before
