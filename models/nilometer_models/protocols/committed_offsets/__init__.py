"""Committed offsets: commit, fetch, expiry and deletion. See README.md; the Python reading is `model.py`."""

from nilometer_models.protocols.committed_offsets import bugs as bugs
from nilometer_models.protocols.committed_offsets.model import MACHINE, model
from nilometer_models.protocols.committed_offsets.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
