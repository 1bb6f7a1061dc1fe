"""The protocols, each a folder: `model.py`, a TLA+ module, `bugs.py`, `manifest.toml`, README, often `proof.py`."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from nilometer_models.machine import Machine


def names() -> list[str]:
    """Every protocol that there is, by name."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)


def module_name(name: str) -> str:
    """Where a protocol is, or a module of yours: its name has a dot."""
    return name if "." in name else f"{__name__}.{name}"


def machine(name: str) -> Machine[Any, Any, Any]:
    """The protocol of that name, with its bounds and bugs; or the MACHINE of `a.module` of yours.

    KeyError, with the names that there are.
    """
    if "." not in name and name not in names():
        raise KeyError(f"there is no model {name}; there are {', '.join(names())}")
    try:
        found = importlib.import_module(module_name(name)).MACHINE
    except ModuleNotFoundError as missing:
        if not name.startswith(missing.name or " "):
            raise
        raise KeyError(f"there is no module {name}") from None
    except AttributeError:
        raise KeyError(f"{name} has no MACHINE") from None
    assert isinstance(found, Machine)
    return found
