"""EndTxnMarker and LeaderChangeMessage: generated from `schema/`.

Change the table and run `generate_classes.py`; nothing in here is written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..uuids import ZERO_UUID


@dataclass(slots=True)
class EndTxnMarker:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    coordinator_epoch: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class LeaderChangeMessageVoter:
    voter_id: int = 0
    voter_directory_id: bytes = ZERO_UUID
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class LeaderChangeMessage:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 1)
    FLEXIBLE_FROM: ClassVar[int] = 0

    version: int = 0
    leader_id: int = 0
    voters: list[LeaderChangeMessageVoter] = field(default_factory=list)
    granting_voters: list[LeaderChangeMessageVoter] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class SnapshotHeaderRecord:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    version: int = 0
    last_contained_log_timestamp: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class SnapshotFooterRecord:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    version: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class KRaftVersionRecord:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    version: int = 0
    k_raft_version: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class Endpoint:
    name: str = ""
    host: str = ""
    port: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class KRaftVersionFeature:
    min_supported_version: int = 0
    max_supported_version: int = 0
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class VotersRecordVoter:
    voter_id: int = 0
    voter_directory_id: bytes = ZERO_UUID
    endpoints: list[Endpoint] = field(default_factory=list)
    k_raft_version_feature: KRaftVersionFeature = field(default_factory=KRaftVersionFeature)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class VotersRecord:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 0

    version: int = 0
    voters: list[VotersRecordVoter] = field(default_factory=list)
    unknown_tags: dict[int, bytes] | None = None


@dataclass(slots=True)
class ControlRecordTypeSchema:
    API_KEY: ClassVar[int | None] = None
    KIND: ClassVar[str] = "data"
    VERSIONS: ClassVar[tuple[int, int]] = (0, 0)
    FLEXIBLE_FROM: ClassVar[int] = 32767

    type: int = 0
    unknown_tags: dict[int, bytes] | None = None
