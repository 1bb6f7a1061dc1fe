"""Ids of schemas in a registry that is the fold of a compacted topic. See README.md; in Python it is `model.py`."""

from nilometer_models.protocols.schema_ids import bugs as bugs
from nilometer_models.protocols.schema_ids.model import MACHINE, model
from nilometer_models.protocols.schema_ids.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
