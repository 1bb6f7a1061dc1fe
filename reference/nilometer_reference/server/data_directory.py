"""The directory that belongs to one broker, for one process at a time.

meta.json            which broker of which cluster it belongs to; written at its first use
lock                 held by the process that uses it
<topic>-<index>/     stores                                                (file_stores.py)
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

META: Final = "meta.json"
LOCK: Final = "lock"
FORMAT: Final = 1


class DataDirectoryError(Exception):
    """The directory cannot be used."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose directory it is. A cluster id has 22 characters."""

    cluster_id: str
    node_id: int


def random_cluster_id(chance: Callable[[int], bytes]) -> str:
    """22 characters of URL-safe base64, as Kafka's are; never with a `-` first, which tools take for an option."""
    while True:
        cluster_id = base64.urlsafe_b64encode(chance(16)).rstrip(b"=").decode()
        if not cluster_id.startswith("-"):
            return cluster_id


class DataDirectory:
    """Use as a context: the lock is held within. Raises DataDirectoryError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock_descriptor = -1

    def __enter__(self) -> DataDirectory:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock_descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._lock_descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._unlock()
            raise DataDirectoryError(f"{self.path} is in use by another process") from None
        except OSError as failure:
            self._unlock()
            raise DataDirectoryError(f"{self.path}: {failure}") from failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unlock()

    def identity(self, wanted_node_id: int, wanted_cluster_id: str | None, chance: Callable[[int], bytes]) -> Identity:
        """Whose it is: what was wanted at the first use. Raises DataDirectoryError if it belongs to another broker."""
        meta = self.path / META
        try:
            known = json.loads(meta.read_text("utf-8"))
        except FileNotFoundError:
            identity = Identity(wanted_cluster_id or random_cluster_id(chance), wanted_node_id)
            self._write(meta, identity)
            return identity
        except (OSError, ValueError) as failure:
            raise DataDirectoryError(f"{meta}: {failure}") from failure
        identity = _read(meta, known)
        if identity.node_id != wanted_node_id:
            raise DataDirectoryError(f"{self.path} belongs to node {identity.node_id}, not {wanted_node_id}")
        if wanted_cluster_id not in (None, identity.cluster_id):
            raise DataDirectoryError(f"{self.path} belongs to cluster {identity.cluster_id}, not {wanted_cluster_id}")
        return identity

    @staticmethod
    def _write(meta: Path, identity: Identity) -> None:
        content = {"format": FORMAT, "cluster_id": identity.cluster_id, "node_id": identity.node_id}
        temporary = meta.with_name(META + ".new")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(content, file, indent=2)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(meta)
        except OSError as failure:
            raise DataDirectoryError(f"{meta}: {failure}") from failure

    def _unlock(self) -> None:
        if self._lock_descriptor >= 0:
            os.close(self._lock_descriptor)
            self._lock_descriptor = -1


def _read(meta: Path, content: object) -> Identity:
    match content:
        case {"format": 1, "cluster_id": str(cluster_id), "node_id": int(node_id)}:
            return Identity(cluster_id, node_id)
        case _:
            raise DataDirectoryError(f"{meta} is none of format {FORMAT}")
