"""Access rules and how they are looked up in a sorted set. See README.md; the Python reading is `model.py`."""

from nilometer_models.protocols.access_rules import bugs as bugs
from nilometer_models.protocols.access_rules.model import MACHINE, model
from nilometer_models.protocols.access_rules.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
