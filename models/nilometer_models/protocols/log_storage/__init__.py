"""Logs of a directory through starts, stops and crashes. See README.md; the Python reading is `model.py`."""

from nilometer_models.protocols.log_storage import bugs as bugs
from nilometer_models.protocols.log_storage.model import MACHINE, model
from nilometer_models.protocols.log_storage.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
