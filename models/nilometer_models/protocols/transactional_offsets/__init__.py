"""Committed offsets inside transactions: the consume, process, produce loop. See README.md; begin in `state.py`."""

from nilometer_models.protocols.transactional_offsets import bugs as bugs
from nilometer_models.protocols.transactional_offsets.model import MACHINE, model
from nilometer_models.protocols.transactional_offsets.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
