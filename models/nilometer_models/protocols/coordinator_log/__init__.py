"""The log of a coordinator and its fold. See README.md; read `fold.py` first."""

from nilometer_models.protocols.coordinator_log import bugs as bugs
from nilometer_models.protocols.coordinator_log.model import MACHINE, model
from nilometer_models.protocols.coordinator_log.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
