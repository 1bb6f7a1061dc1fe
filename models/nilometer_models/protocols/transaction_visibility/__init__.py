"""What read_committed readers see of one partition. See README.md; begin to read in `state.py`."""

from nilometer_models.protocols.transaction_visibility import bugs as bugs
from nilometer_models.protocols.transaction_visibility.model import MACHINE, model
from nilometer_models.protocols.transaction_visibility.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
