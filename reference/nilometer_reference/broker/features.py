"""Features of the cluster: what this broker can, and what is in force (KIP-584, KIP-1022).

    feature              levels    in force                    what hangs on it
    metadata.version     7 to 30   30 (4.3-IV0)                nothing here
    transaction.version  0 to 2    `BrokerConfig`, usually 2   2: transactions as KIP-890 has them
    group.version        0 to 1    `BrokerConfig`              1: KIP-848 groups; only with their APIs

A feature whose level in force is 0 is not among those in force. Sources: `MetadataVersion.java`,
`TransactionVersion.java`, `GroupVersion.java` of 4.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nilometer_reference.broker.config import BrokerConfig


@dataclass(frozen=True, slots=True)
class Feature:
    """Levels from `minimum` to `maximum`, both inclusive."""

    name: str
    minimum: int
    maximum: int


METADATA_VERSION = Feature("metadata.version", 7, 30)
TRANSACTION_VERSION = Feature("transaction.version", 0, 2)
GROUP_VERSION = Feature("group.version", 0, 1)


def supported_features(config: BrokerConfig) -> list[Feature]:
    """What this broker can. Groups of KIP-848 count only where they are switched on."""
    features = [METADATA_VERSION, TRANSACTION_VERSION]
    return [*features, GROUP_VERSION] if config.group_version else features


def finalized_features(config: BrokerConfig) -> Mapping[str, int]:
    """What is in force: name -> level."""
    levels = {
        METADATA_VERSION.name: METADATA_VERSION.maximum,
        TRANSACTION_VERSION.name: config.transaction_version,
        GROUP_VERSION.name: config.group_version,
    }
    return {name: level for name, level in levels.items() if level > 0}
