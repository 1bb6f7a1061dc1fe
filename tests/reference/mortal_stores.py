"""Stores of a process that can die between any two changes to its files.

stores = MortalStores()
stores.life.changes_left = 3       the fourth change from now on does not happen: `Killed` is raised
stores.life.changes_left = None    it lives

What was changed before stays, as after `kill -9`: the operating system keeps what was written.
"""

from __future__ import annotations

from dataclasses import dataclass

from nilometer_reference.broker.stores import MemoryStores
from nilometer_reference.log.memory_store import MemoryStore


class Killed(BaseException):
    """The process is gone. Not an `Exception`, so that no code of its own can go on after it."""


@dataclass
class Life:
    """How many changes are left to the process; None: as many as it likes."""

    changes_left: int | None = None

    def use(self) -> None:
        if self.changes_left is None:
            return
        if self.changes_left == 0:
            raise Killed
        self.changes_left -= 1


class MortalStore(MemoryStore):
    """A store that asks before each change."""

    def __init__(self, life: Life) -> None:
        super().__init__()
        self._life = life

    def change(self) -> None:
        self._life.use()
        super().change()


class MortalStores(MemoryStores):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()

    def open(self, topic: str, index: int) -> MemoryStore:
        return self.stores.setdefault((topic, index), MortalStore(self.life))
