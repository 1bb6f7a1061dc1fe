"""How the leader and the controller change the ISR by messages (KIP-497). See README.md; read `model.py` first."""

from nilometer_models.protocols.isr_changes import bugs as bugs
from nilometer_models.protocols.isr_changes.model import MACHINE, model
from nilometer_models.protocols.isr_changes.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
