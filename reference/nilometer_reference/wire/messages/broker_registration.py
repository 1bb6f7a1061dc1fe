"""BrokerRegistrationRequest and BrokerRegistrationResponse: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..uuids import ZERO_UUID


@dataclass(slots=True)
class Listener:
    name: str = ""
    host: str = ""
    port: int = 0
    security_protocol: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class Feature:
    name: str = ""
    min_supported_version: int = 0
    max_supported_version: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class BrokerRegistrationRequest:
    API_KEY: ClassVar[int | None] = 62
    KIND: ClassVar[str] = "request"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 4)
    FLEXIBLE_FROM: ClassVar[int] = 0

    broker_id: int = 0
    cluster_id: str = ""
    incarnation_id: bytes = ZERO_UUID
    listeners: list[Listener] = field(default_factory=list)
    features: list[Feature] = field(default_factory=list)
    rack: str | None = ""
    is_migrating_zk_broker: bool = False
    log_dirs: list[bytes] = field(default_factory=list)
    previous_broker_epoch: int = -1
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class BrokerRegistrationResponse:
    API_KEY: ClassVar[int | None] = 62
    KIND: ClassVar[str] = "response"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 4)
    FLEXIBLE_FROM: ClassVar[int] = 0

    throttle_time_ms: int = 0
    error_code: int = 0
    broker_epoch: int = -1
    unknown_tags: dict[int, bytes] | None = None
