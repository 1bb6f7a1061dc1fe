"""What an acknowledgement promises: acks and min.insync.replicas. See README.md; read `model.py` first."""

from nilometer_models.protocols.acknowledgements import bugs as bugs
from nilometer_models.protocols.acknowledgements.model import MACHINE, model
from nilometer_models.protocols.acknowledgements.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
