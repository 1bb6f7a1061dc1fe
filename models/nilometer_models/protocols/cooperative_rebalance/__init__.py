"""Cooperative rebalancing of a classic group (KIP-429). See README.md; the Python reading is `model.py`."""

from nilometer_models.protocols.cooperative_rebalance import bugs as bugs
from nilometer_models.protocols.cooperative_rebalance.model import MACHINE, model
from nilometer_models.protocols.cooperative_rebalance.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
