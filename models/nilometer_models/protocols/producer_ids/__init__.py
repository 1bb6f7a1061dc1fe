"""Producer ids in blocks: no two producers share one. See README.md; the Python reading is `model.py`."""

from nilometer_models.protocols.producer_ids import bugs as bugs
from nilometer_models.protocols.producer_ids.model import MACHINE, model
from nilometer_models.protocols.producer_ids.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
