"""The stores of a broker as directories: `<data directory>/<topic>-<partition>/`, named as Kafka names them.

A store that is deleted gets another name first, in one step, and is removed then; what a crash leaves of it is
removed at the next start.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nilometer_reference.broker.stores import TopicPartition
from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.log.file_store import FileStore

_NAME: Final = re.compile(r"(?P<topic>[a-zA-Z0-9._-]+)-(?P<index>[0-9]+)")
DELETED: Final = ".deleted"
"""Behind the name of a store that is being removed. No store ends so: it ends with a digit."""


class FileStores:
    """See `broker.stores.Stores`."""

    def __init__(self, directory: Path) -> None:
        """Takes over what is in the directory, which exists. Raises KafkaStorageError."""
        self.directory = directory
        try:
            for path in directory.iterdir():
                if path.name.endswith(DELETED):
                    shutil.rmtree(path)
        except OSError as failure:
            raise KafkaStorageError(f"clearing {directory}: {failure}") from failure

    def open(self, topic: str, index: int) -> FileStore:
        path = self._path(topic, index)
        is_new = not path.exists()
        store = FileStore(path)
        if is_new:
            self._flush()
        return store

    def delete(self, topic: str, index: int) -> None:
        path = self._path(topic, index)
        doomed = path.with_name(path.name + DELETED)
        try:
            path.rename(doomed)
            self._flush()
            shutil.rmtree(doomed)
        except FileNotFoundError:
            return
        except OSError as failure:
            raise KafkaStorageError(f"deleting {path}: {failure}") from failure

    def names(self) -> Sequence[TopicPartition]:
        try:
            names = [_NAME.fullmatch(path.name) for path in self.directory.iterdir() if path.is_dir()]
        except OSError as failure:
            raise KafkaStorageError(f"listing {self.directory}: {failure}") from failure
        return sorted((name["topic"], int(name["index"])) for name in names if name is not None)

    def _path(self, topic: str, index: int) -> Path:
        return self.directory / f"{topic}-{index}"

    def _flush(self) -> None:
        """New and changed names survive a loss of power."""
        try:
            descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as failure:
            raise KafkaStorageError(f"flushing {self.directory}: {failure}") from failure
