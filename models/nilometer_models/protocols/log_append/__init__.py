"""Appends to a log whose indexes may fail: no offset is given twice. See README.md; in Python it is `model.py`."""

from nilometer_models.protocols.log_append import bugs as bugs
from nilometer_models.protocols.log_append.model import MACHINE, model
from nilometer_models.protocols.log_append.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
