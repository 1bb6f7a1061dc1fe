"""The state of a coordinator as the fold of its log: pure functions, the same for groups, transactions and schemas.

    put      the key has this value from now on: a commit, an assignment, a schema
    delete   a soft delete: the value is marked, and can still be looked up
    remove   a tombstone: the key is gone

A state is a tuple with a place for each key: its last record, or None.
"""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """A record of the log. Offset and leader epoch say which one it is."""

    offset: int
    epoch: int
    key: int
    kind: str


Log = tuple[Record, ...]
Memory = tuple[Record | None, ...]


def fold(memory: Memory, record: Record) -> Memory:
    """What a coordinator knows after one more record. It asks nothing of what came before: compaction may have it."""
    after = None if record.kind == "remove" else record
    return (*memory[: record.key - 1], after, *memory[record.key :])


def folded(log: Log, keys: int) -> Memory:
    """What a log amounts to."""
    memory: Memory = (None,) * keys
    for record in log:
        memory = fold(memory, record)
    return memory


def is_legal(memory: Memory, kind: str, key: int) -> bool:
    """What a live coordinator may write: nothing is deleted that is not there."""
    known = memory[key - 1]
    if kind == "delete":
        return known is not None and known.kind == "put"
    return kind == "put" or known is not None


def compacted(log: Log, end: int, *, drops_tombstones: bool, keeps: str = "latest") -> Log:
    """The log after a cleaning that ends before `end`: one record a key, at its own offset, and all from `end` on.

    Tombstones go with the cleaning that finds their delete horizon passed. `keeps` is "latest", or wrongly "first".
    """
    chosen = max if keeps == "latest" else min
    kept = {key: chosen(r.offset for r in log if r.key == key and r.offset < end) for key in {
        r.key for r in log if r.offset < end}}  # fmt: skip
    return tuple(
        r for r in log if r.offset >= end or (r.offset == kept[r.key] and not (drops_tombstones and r.kind == "remove"))
    )
