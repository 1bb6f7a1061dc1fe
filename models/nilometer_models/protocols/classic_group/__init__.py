"""The classic group protocol: join, sync, generations, static members. See README.md; start with `model.py`."""

from nilometer_models.protocols.classic_group import bugs as bugs
from nilometer_models.protocols.classic_group.model import MACHINE, model
from nilometer_models.protocols.classic_group.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
