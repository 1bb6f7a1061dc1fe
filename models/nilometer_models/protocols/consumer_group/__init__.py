"""The consumer group protocol (KIP-848). See README.md; the Python reading is `model.py`."""

from nilometer_models.protocols.consumer_group import bugs as bugs
from nilometer_models.protocols.consumer_group.model import MACHINE, model
from nilometer_models.protocols.consumer_group.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
