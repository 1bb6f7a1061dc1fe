"""Replicated log, high watermark, ISR and leader epochs. See README.md; the Python reading is `model.py`."""

from nilometer_models.protocols.replication import bugs as bugs
from nilometer_models.protocols.replication.model import MACHINE, model
from nilometer_models.protocols.replication.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
