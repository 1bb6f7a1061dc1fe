"""Every fault, by id: the modules of this folder register theirs when they are imported."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from nilometer_reference.faults import __name__ as package
from nilometer_reference.faults import __path__ as path
from nilometer_reference.faults.switch import FAULTS, Fault


@cache
def all_faults() -> dict[str, Fault]:
    """Id -> fault, in the order of the ids."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")
    return dict(sorted(FAULTS.items()))
