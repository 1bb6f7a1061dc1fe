"""One idempotent producer and one partition. See README.md; the Python reading is `client.py` and `broker.py`."""

from nilometer_models.protocols.idempotence import bugs as bugs
from nilometer_models.protocols.idempotence.model import MACHINE, model
from nilometer_models.protocols.idempotence.state import Config, Rules

__all__ = ["MACHINE", "Config", "Rules", "model"]
