"""Every API key that is served: the modules of this folder that define `API`."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from . import __name__ as package_name
from . import __path__ as package_path
from .api import Api


@cache
def served_apis() -> dict[int, Api]:
    """API key -> Api, ascending."""
    modules = [import_module(f"{package_name}.{info.name}") for info in pkgutil.iter_modules(package_path)]
    apis = [module.API for module in modules if hasattr(module, "API")]
    return {api.key: api for api in sorted(apis, key=lambda api: api.key)}
