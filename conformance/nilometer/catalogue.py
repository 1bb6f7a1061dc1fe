"""Every requirement that is installed, found by looking: one module below `requirements/`, one requirement.

catalogue = load()                  every module is imported; two with one id or one name are refused
catalogue["L3"], for one in catalogue: …        in the order of reports: area, then number
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType

from nilometer.requirement import Requirement

PACKAGE = "nilometer.requirements"


class CatalogueError(Exception):
    """Two requirements contradict each other, or a module holds none: a bug of the suite."""


class Catalogue:
    """Requirements by id, in the order of reports."""

    def __init__(self, requirements: Iterable[Requirement]) -> None:
        """Raises `CatalogueError` if an id or a name is used twice."""
        self._by_id: dict[str, Requirement] = {}
        names: dict[str, str] = {}
        for one in sorted(requirements, key=lambda one: one.order):
            if one.id in self._by_id:
                raise CatalogueError(f"{one.id} is both {self._by_id[one.id].name} and {one.name}")
            if one.name in names:
                raise CatalogueError(f"{one.name} is the name of {names[one.name]} and of {one.id}")
            self._by_id[one.id] = one
            names[one.name] = one.id

    def __getitem__(self, id: str) -> Requirement:
        return self._by_id[id]

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)


@cache
def load(package: str = PACKAGE) -> Catalogue:
    """All requirements of the package and its folders. Modules whose name begins with `_` are helpers."""
    root = importlib.import_module(package)
    found = [requirement for module in _modules(root) for requirement in _requirements(module)]
    return Catalogue(found)


def _modules(package: ModuleType) -> Iterator[ModuleType]:
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not info.ispkg and not info.name.rpartition(".")[2].startswith("_"):
            yield importlib.import_module(info.name)


def _requirements(module: ModuleType) -> list[Requirement]:
    """Those that the module defines; imported ones belong to their own module."""
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, Requirement) and value.check.__module__ == module.__name__
    ]
    if not found:
        raise CatalogueError(f"{module.__name__} holds no requirement; name a helper module with a leading underscore")
    return found
