"""The KRaft quorum: elections, the metadata log, voter changes, snapshots. See README.md; read `model.py` first."""

from nilometer_models.protocols.metadata_quorum import bugs as bugs
from nilometer_models.protocols.metadata_quorum.model import MACHINE, model
from nilometer_models.protocols.metadata_quorum.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
