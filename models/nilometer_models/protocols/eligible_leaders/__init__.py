"""Eligible leader replicas and unclean restarts (KIP-966). See README.md; read `state.py` first."""

from nilometer_models.protocols.eligible_leaders import bugs as bugs
from nilometer_models.protocols.eligible_leaders.model import MACHINE, model
from nilometer_models.protocols.eligible_leaders.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
