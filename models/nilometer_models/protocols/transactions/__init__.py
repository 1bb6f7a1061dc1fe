"""Transactions, versions 1 and 2, of one transactional id. See README.md; begin to read in `state.py`."""

from nilometer_models.protocols.transactions import bugs as bugs
from nilometer_models.protocols.transactions.model import model
from nilometer_models.protocols.transactions.state import MACHINE, Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
