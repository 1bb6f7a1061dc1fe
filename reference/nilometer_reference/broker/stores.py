"""Where the logs of a broker are kept: one `Store` a partition.

    MemoryStores     tests, simulators, brokers that need not remember
    FileStores       one directory a partition               (server/file_stores.py)

`__cluster_metadata` is kept like any other topic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from nilometer_reference.log.memory_store import MemoryStore
from nilometer_reference.log.storage import Store

TopicPartition = tuple[str, int]


class Stores(Protocol):
    """The stores of a broker, by topic and partition index. What cannot be done is KAFKA_STORAGE_ERROR (56)."""

    def open(self, topic: str, index: int) -> Store:
        """The store of a partition, created empty if it is not there."""
        ...

    def delete(self, topic: str, index: int) -> None:
        """Remove a store and all that is in it; nothing happens if it is not there. File slices that were given
        out before stay readable."""
        ...

    def names(self) -> Sequence[TopicPartition]:
        """Every store that exists, sorted."""
        ...


class MemoryStores:
    """See `Stores`."""

    def __init__(self) -> None:
        self.stores: dict[TopicPartition, MemoryStore] = {}

    def open(self, topic: str, index: int) -> MemoryStore:
        return self.stores.setdefault((topic, index), MemoryStore())

    def delete(self, topic: str, index: int) -> None:
        self.stores.pop((topic, index), None)

    def names(self) -> Sequence[TopicPartition]:
        return sorted(self.stores)

    def crashed(self, keep: Callable[[str, int, int], int] | None = None) -> MemoryStores:
        """What the disks hold after a loss of power now; `keep` as in `MemoryStore.crashed`."""
        after = MemoryStores()
        after.stores = {name: store.crashed(keep) for name, store in self.stores.items()}
        return after
