"""Replication by messages, and what readers see of it. See README.md; read `model.py` first."""

from nilometer_models.protocols.replication_messages import bugs as bugs
from nilometer_models.protocols.replication_messages.model import MACHINE, model
from nilometer_models.protocols.replication_messages.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
