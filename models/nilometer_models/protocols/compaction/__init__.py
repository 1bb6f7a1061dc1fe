"""A compacted log: tombstones, markers, delete horizons, producer state. See README.md; read `cleaner.py` first."""

from nilometer_models.protocols.compaction import bugs as bugs
from nilometer_models.protocols.compaction.model import MACHINE, model
from nilometer_models.protocols.compaction.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
