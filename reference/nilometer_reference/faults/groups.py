"""Faults of consumer groups and of committed offsets."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from nilometer_reference.broker.groups import offset_requests
from nilometer_reference.broker.groups.classic_group import ClassicGroup
from nilometer_reference.broker.groups.coordinator import GroupCoordinator
from nilometer_reference.broker.groups.offset_requests import OffsetRequests
from nilometer_reference.broker.groups.offsets import CommittedOffset, OffsetStore
from nilometer_reference.broker.partition_journal import PartitionJournal
from nilometer_reference.faults.switch import Fired, fault, instead_of, instead_of_handler
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.join_group import JoinGroupResponse

JOIN_GROUP = 11
OFFSET_FETCH = 9


@fault("B054", caught_by=("T17", "T15"), source="KIP-447; KAFKA-9365; KAFKA-9346")
def transactional_commit_is_not_fenced(fired: Fired) -> None:
    """TxnOffsetCommit is accepted whatever generation, member id and instance id it names."""

    @instead_of(ClassicGroup, "check_commit")
    def check_commit(original, self, *arguments, transactional):
        if not transactional:
            original(self, *arguments, transactional=False)
            return
        try:
            original(self, *arguments, transactional=True)
        except Exception:
            fired()


@fault("B077", caught_by=("G10",), source="KAFKA-8500; KIP-345")
def static_member_keeps_its_old_id(fired: Fired) -> None:
    """A static member that comes back does not fence its former member id: the old process goes on beside it."""
    aliases: dict[tuple[str, str], str] = {}

    @instead_of(ClassicGroup, "replace_static")
    def replace_static(original, self, old_member_id, member):
        aliases[self.group_id, old_member_id] = member.member_id
        original(self, old_member_id, member)

    @instead_of(ClassicGroup, "check_member")
    def check_member(original, self, member_id, group_instance_id):
        alias = aliases.get((self.group_id, member_id))
        if alias is not None and alias in self.members:
            fired()
            return self.members[alias]
        return original(self, member_id, group_instance_id)


@fault("B085", caught_by=("G4", "G19", "G2"), source="nisshi compat/franz-go findings")
def member_is_dropped_while_it_joins(fired: Fired) -> None:
    """A known member that joins again is answered UNKNOWN_MEMBER_ID now and then, as if it were not in the table."""
    seen = [0]

    @instead_of_handler(JOIN_GROUP)
    def handle(original, broker, request, context):
        if request.member_id:
            seen[0] += 1
            if seen[0] % 3 == 0:
                fired()
                return JoinGroupResponse(
                    error_code=ErrorCode.UNKNOWN_MEMBER_ID, member_id=request.member_id, protocol_name=""
                )
        return original(broker, request, context)


@fault("B091", caught_by=("O1",), source="kop #1289")
def offset_fetch_from_an_old_copy(fired: Fired) -> None:
    """OffsetFetch answers from a copy of the group's offsets that lags one commit behind."""
    before: dict[tuple[str, object], CommittedOffset | None] = {}

    @instead_of(OffsetStore, "apply")
    def apply(original, self, log_partition, record_offset, producer_id, key, value):
        before[key.group, (key.topic, key.partition)] = self.get(key.group, (key.topic, key.partition))
        original(self, log_partition, record_offset, producer_id, key, value)

    @instead_of(OffsetRequests, "_fetch_one")
    def fetch_one(original, self, group_id, partition, require_stable, topic_id):
        right = original(self, group_id, partition, require_stable, topic_id)
        old = before.get((group_id, partition))
        if old is not None and right.error_code == 0 and right.committed_offset != old.offset:
            fired()
            right.committed_offset = old.offset
        return right


@fault("B092", caught_by=("O4",), source="nisshi compat/librdkafka findings")
def commit_metadata_is_lost(fired: Fired) -> None:
    """The metadata of a committed offset is answered empty."""

    @instead_of(OffsetRequests, "_fetch_one")
    def fetch_one(original, *arguments):
        right = original(*arguments)
        if right.metadata:
            fired()
            right.metadata = ""
        return right


@fault("B094", caught_by=("O6",), source="KAFKA-5600")
def loader_keeps_a_part(fired: Fired) -> None:
    """When the coordinator loads its log it reads only the beginning: groups come back with old offsets."""

    @instead_of(GroupCoordinator, "load")
    def load(original, self, now_ms):
        replay = PartitionJournal.replay

        def only_the_beginning(journal, partition):
            for count, record in enumerate(replay(journal, partition)):
                if count >= 2:
                    fired()
                    return
                yield record

        PartitionJournal.replay = only_the_beginning  # type: ignore[method-assign]
        try:
            original(self, now_ms)
        finally:
            PartitionJournal.replay = replay  # type: ignore[method-assign]


@fault("B095", caught_by=("O11", "A2"), source="KAFKA-19154; KIP-516")
def committed_offset_survives_the_topic(fired: Fired) -> None:
    """Offsets are kept by the name of their topic alone: they outlive its deletion."""

    @instead_of(GroupCoordinator, "_forget_offsets")
    def forget_offsets(_original, *_arguments):
        fired()

    @instead_of(offset_requests, "_is_of_topic")
    def is_of_topic(_original, *_arguments):
        return True
