"""Whatever members do, and whenever: what a classic group promises, over random histories in virtual time.

Five processes: two dynamic members, one of an old version, and two processes of one static member. They join,
sync, beat, leave and commit with what they know, which may be long out of date; time passes in small and large
steps, the log refuses writes for a while, the coordinator restarts. At the end they all behave, and the group
must become stable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from nilometer_reference.broker.groups.classic_group import ClassicGroup, GroupState
from nilometer_reference.broker.groups.group_records import read_group, read_key
from nilometer_reference.broker.groups.members import candidates
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.coordinator_records import GroupMetadataKey
from nilometer_reference.wire.messages.join_group import JoinGroupResponse
from nilometer_reference.wire.messages.leave_group import MemberIdentity

from .kit import Asked, Groups, Joined, Synced

HEARTBEAT_MS = 1_000
SESSION_MS = 10_000
REBALANCE_MS = 30_000
ROUNDS_TO_SETTLE = 150
"""Seconds: more than one session timeout, two rebalance timeouts and the initial delays behind each other."""
QUIET_ROUNDS = 12
"""More than one session timeout: members that no process stands for any more are gone by then."""

BOTH = {"range": b"r", "sticky": b"s"}
PROTOCOLS: list[Mapping[str, bytes]] = [BOTH, {"sticky": b"s", "range": b"changed"}, {"sticky": b"only"}]
REFUSED_FOR_NOW = {ErrorCode.UNKNOWN_SERVER_ERROR, ErrorCode.COORDINATOR_NOT_AVAILABLE, ErrorCode.NOT_COORDINATOR}


@dataclass
class Process:
    """A client as it sees itself."""

    name: str
    instance: str | None = None
    version: int = 9
    member_id: str = ""
    joined: JoinGroupResponse | None = None
    has_synced: bool = False
    is_fenced: bool = False
    join: tuple[str, Joined] | None = None
    """The member id that its waiting JoinGroup gave, and its answer."""
    sync: tuple[JoinGroupResponse, Synced] | None = None

    def forget(self) -> None:
        self.member_id, self.joined, self.has_synced = "", None, False

    @property
    def waits(self) -> bool:
        return self.join is not None or self.sync is not None

    @property
    def identity(self) -> str:
        """What stays the same when a static member gets another member id."""
        return self.instance or self.member_id


PROCESSES = st.integers(0, 4)


class GroupHistories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.processes = [
            Process("a"), Process("b"), Process("old", version=3), Process("s1", "i"), Process("s2", "i", version=7),
        ]  # fmt: skip
        self.asked: list[Asked[Any]] = []
        self.group_object: ClassicGroup | None = None
        self.last_generation = 0
        self.choices: dict[int, tuple[str, str]] = {}
        """Generation -> (identity of its leader, protocol)."""
        self.assignments: dict[int, dict[str, bytes]] = {}
        """Generation -> what its leader assigned, by identity."""
        self.dead_ids: set[str] = set()
        self.committed = -1
        self.is_empty_unwritten = False

    @initialize(delay_ms=st.sampled_from([0, 3_000]), size_max=st.sampled_from([2, 100]))
    def begin(self, delay_ms: int, size_max: int) -> None:
        self.groups = Groups(group_initial_rebalance_delay_ms=delay_ms, group_max_size=size_max)
        self.size_max = size_max

    # What processes do

    @rule(number=PROCESSES, protocols=st.sampled_from(PROTOCOLS), forgets=st.booleans())
    def process_joins(self, number: int, protocols: Mapping[str, bytes], forgets: bool) -> None:
        process = self.processes[number]
        if forgets:
            process.forget()
        self._join(process, protocols)

    @rule(number=PROCESSES)
    def process_syncs(self, number: int) -> None:
        if self.processes[number].joined is not None:
            self._sync(self.processes[number])

    @rule(number=PROCESSES)
    def process_beats(self, number: int) -> None:
        if self.processes[number].joined is not None:
            self._beat(self.processes[number])

    @rule(number=PROCESSES)
    def process_leaves(self, number: int) -> None:
        process = self.processes[number]
        identity = MemberIdentity(process.member_id, process.instance)
        (code,) = self.groups.leave(identity)
        if code is ErrorCode.NONE:
            assert process.member_id not in self.dead_ids
            self.dead_ids.update(self._ids_of(process))
        self._collect()

    @rule(number=PROCESSES, offset=st.integers(0, 99))
    def process_commits(self, number: int, offset: int) -> None:
        process = self.processes[number]
        code = self.groups.commit(
            offset,
            generation_id_or_member_epoch=process.joined.generation_id if process.joined else -1,
            member_id=process.member_id,
            group_instance_id=process.instance if process.joined else None,
        )
        if code is ErrorCode.NONE:
            self.committed = offset
            if process.joined is not None:
                self._check_current(process)

    @rule(offset=st.integers(100, 199))
    def somebody_commits_without_group(self, offset: int) -> None:
        group = self._group()
        expected = ErrorCode.NONE if group is None or group.state is GroupState.EMPTY else ErrorCode.UNKNOWN_MEMBER_ID
        code = self.groups.commit(offset)
        assert code is expected or code in REFUSED_FOR_NOW
        if code is ErrorCode.NONE:
            self.committed = offset

    @rule(numbers=st.sets(PROCESSES), rounds=st.integers(1, 4))
    def some_processes_behave(self, numbers: set[int], rounds: int) -> None:
        """They get where random requests alone seldom do: into a stable group."""
        for _ in range(rounds):
            for number in sorted(numbers):
                self._behave(self.processes[number])
            self._advance(HEARTBEAT_MS)

    # What happens to them

    @rule(span_ms=st.sampled_from([0, 1, 999, 3_000, 9_999, 10_000, 30_000, 600_000]))
    def time_passes(self, span_ms: int) -> None:
        self._advance(span_ms)

    @rule(refuses=st.sampled_from([None, None, ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_ENOUGH_REPLICAS]))
    def log_refuses(self, refuses: ErrorCode | None) -> None:
        self.groups.journal.refuses = refuses

    @rule(compacts=st.booleans())
    def coordinator_restarts(self, compacts: bool) -> None:
        if compacts:
            self.groups.journal.compact()
        for process in self.processes:
            process.join = process.sync = None
        self.asked.clear()  # their connections are gone
        self.groups.restart()
        written = self._written()
        group = self._group()
        assert (group is None) == (written is None and self.committed == -1)
        self.group_object = group
        self.last_generation = group.generation_id if group is not None else 0
        assert self.last_generation == (0 if written is None else written.generation_id)
        self.choices = {}
        self.dead_ids.clear()  # who was removed from a generation that was not written is back
        self.is_empty_unwritten = False

    # One request

    def _join(self, process: Process, protocols: Mapping[str, bytes]) -> None:
        member_id = process.member_id
        asked = self.groups.join(
            member_id, client=process.name, instance=process.instance, version=process.version,
            protocols=protocols, session_ms=SESSION_MS, rebalance_ms=REBALANCE_MS,
        )  # fmt: skip
        self.asked.append(asked)
        self._collect()
        if process.join is not None and asked.waits:
            assert member_id == "", "the first join of a member is answered when it sends another"
        process.join = member_id, asked
        self._collect()

    def _sync(self, process: Process) -> None:
        joined = process.joined
        assert joined is not None
        group = self._group()
        assignment = {}
        if group is not None and joined.leader == joined.member_id:
            assignment = {
                member_id: f"{joined.generation_id} {member_id}".encode()
                for number, member_id in enumerate(group.members)
                if number != 1  # the second member is left out
            }
            by_identity = {
                member.group_instance_id or member_id: assignment.get(member_id, b"")
                for member_id, member in group.members.items()
            }
        asked = self.groups.sync(joined, assignment, instance=process.instance)
        self.asked.append(asked)
        if assignment and not asked.waits and asked.code is ErrorCode.NONE:
            self.assignments.setdefault(joined.generation_id, by_identity)
        self._collect()
        process.sync = joined, asked
        self._collect()

    def _beat(self, process: Process) -> ErrorCode:
        joined = process.joined
        assert joined is not None
        code = self.groups.heartbeat(joined, instance=process.instance)
        if code in (ErrorCode.NONE, ErrorCode.REBALANCE_IN_PROGRESS):
            self._check_current(process)
        self._note_refusal(process, joined.member_id, code)
        self._collect()
        return code

    def _advance(self, span_ms: int) -> None:
        self.groups.advance(span_ms)
        self._collect()

    # What they are answered

    def _collect(self) -> None:
        for process in self.processes:
            if process.join is not None and not process.join[1].waits:
                (given_id, asked), process.join = process.join, None
                self._see_join(process, given_id, asked.response)
        for process in self.processes:
            if process.sync is not None and not process.sync[1].waits:
                (joined, synced), process.sync = process.sync, None
                self._see_sync(process, joined, synced)

    def _see_join(self, process: Process, given_id: str, response: JoinGroupResponse) -> None:
        code = ErrorCode(response.error_code)
        self._note_refusal(process, given_id, code)
        if code is ErrorCode.MEMBER_ID_REQUIRED:
            assert process.instance is None
            assert process.version >= 4
            process.member_id = response.member_id
        if code is not ErrorCode.NONE:
            return
        assert given_id not in self.dead_ids
        assert given_id in ("", response.member_id)
        self._note_incarnation()
        assert response.generation_id >= self.last_generation, "generations do not go back"
        self.last_generation = response.generation_id
        process.member_id, process.joined, process.has_synced = response.member_id, response, False
        if process.instance is not None:
            self.dead_ids.update(self._ids_of(process) - {response.member_id})
        leader = next((each for each in self.processes if each.member_id == response.leader), None)
        leader_identity = leader.identity if leader is not None else response.leader
        if leader_identity.startswith("i-"):
            leader_identity = "i"  # under a former member id
        choice = leader_identity, response.protocol_name or ""
        assert self.choices.setdefault(response.generation_id, choice) == choice, "one leader, one protocol"
        if response.leader != response.member_id:
            assert response.members == [], "only the leader sees the members"
        else:
            assert response.member_id in {member.member_id for member in response.members}

    def _see_sync(self, process: Process, joined: JoinGroupResponse, synced: Synced) -> None:
        self._note_refusal(process, joined.member_id, synced.code)
        if synced.code is not ErrorCode.NONE:
            assert synced.response.assignment == b""
            return
        identity = process.instance or joined.member_id
        assigned = self.assignments[joined.generation_id].get(identity, b"")
        assert synced.response.assignment == assigned, "as the leader of this generation assigned it"
        if joined is process.joined:
            process.has_synced = True

    def _note_refusal(self, process: Process, member_id: str, code: ErrorCode) -> None:
        gone = (ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID, ErrorCode.GROUP_MAX_SIZE_REACHED)
        if code not in gone:
            return
        if member_id:
            self.dead_ids.add(member_id)
        if process.member_id == member_id:
            process.forget()
        process.is_fenced = process.is_fenced or code is ErrorCode.FENCED_INSTANCE_ID

    def _check_current(self, process: Process) -> None:
        """Only members of the present generation may act."""
        group = self._group()
        assert process.joined is not None
        assert group is not None
        assert process.joined.generation_id == group.generation_id
        assert process.member_id in group.members
        assert process.member_id not in self.dead_ids

    def _ids_of(self, process: Process) -> set[str]:
        """Every member id under which this member is known to some process."""
        if process.instance is None:
            return {process.member_id} - {""}
        same = [each for each in self.processes if each.instance == process.instance]
        return {each.member_id for each in same} - {""}

    # The group

    def _group(self) -> ClassicGroup | None:
        return next(iter(self.groups.coordinator.groups()), None)

    def _note_incarnation(self) -> None:
        group = self._group()
        if group is not self.group_object:
            self.group_object = group
            self.last_generation = 0
            self.choices, self.assignments = {}, {}

    def _written(self) -> ClassicGroup | None:
        found = None
        for record in self.groups.journal.records():
            if isinstance(read_key(record.key), GroupMetadataKey):
                found = None if record.value is None else read_group("g", record.value)
        return found

    @invariant()
    def nobody_is_answered_twice(self) -> None:
        assert all(len(asked.responses) <= 1 for asked in self.asked)

    @invariant()
    def what_was_committed_is_what_is_fetched(self) -> None:
        if hasattr(self, "groups"):
            assert self.groups.committed() == self.committed

    @invariant()
    def group_is_of_one_piece(self) -> None:
        group = self._group() if hasattr(self, "groups") else None
        if group is None:
            return
        self._note_incarnation()
        members = group.members
        assert (group.state is GroupState.EMPTY) <= (not members)
        assert (group.leader_id in members) if members else (group.leader_id is None)
        assert group.static_members == {m.group_instance_id: m.member_id for m in members.values() if m.is_static}
        assert not group.pending_members.keys() & members.keys()
        assert group.pending_sync <= members.keys()
        if members:
            assert candidates(members.values()), "there is a protocol that all support"
        for member in members.values():
            assert (member.join_reply is None) or group.state is GroupState.PREPARING_REBALANCE
            assert (member.sync_reply is None) or group.state is GroupState.COMPLETING_REBALANCE
            timer = member.session_timer
            assert (timer is not None and timer.is_waiting) or member.keeps_its_session, "nobody stays for ever"
        if group.state is GroupState.PREPARING_REBALANCE:
            assert group.join_timer is not None
            assert group.join_timer.is_waiting
        if group.pending_sync:
            assert group.sync_timer is not None
            assert group.sync_timer.is_waiting
        if group.state in (GroupState.STABLE, GroupState.COMPLETING_REBALANCE):
            assert group.protocol_name in candidates(members.values())
            assert len(members) <= self.size_max + len(group.static_members)

    @invariant()
    def stable_group_is_written_down_as_it_is(self) -> None:
        group = self._group() if hasattr(self, "groups") else None
        if group is None or group.state is not GroupState.STABLE:
            return
        written = self._written()
        assert written is not None
        for each in ("generation_id", "leader_id", "protocol_name", "static_members"):
            assert getattr(written, each) == getattr(group, each)
        assert {m.member_id: m.assignment for m in written.members.values()} == {
            m.member_id: m.assignment for m in group.members.values()
        }

    # The end

    def teardown(self) -> None:
        if hasattr(self, "groups"):
            self._settle()

    def _settle(self) -> None:
        """From wherever the history ended: processes that behave come to rest, each with its own assignment."""
        self.groups.journal.refuses = None
        quiet_rounds = 0
        for _ in range(ROUNDS_TO_SETTLE):
            live = [process for process in self.processes if not process.is_fenced]
            is_quiet = [self._behave(process) for process in live]
            quiet_rounds = quiet_rounds + 1 if all(is_quiet) else 0
            if quiet_rounds == QUIET_ROUNDS:
                break
            self._advance(HEARTBEAT_MS)
            self.group_is_of_one_piece()
            self.stable_group_is_written_down_as_it_is()
        live = [process for process in self.processes if not process.is_fenced]
        group = self._group()
        assert group is not None
        assert group.state is GroupState.STABLE, group
        if self.size_max >= len(self.processes):
            assert quiet_rounds == QUIET_ROUNDS
            assert set(group.members) == {process.member_id for process in live}
        given = [member.assignment for member in group.members.values() if member.assignment]
        assert len(set(given)) == len(given), "nothing is assigned twice"
        assert all(not asked.waits for asked in self.asked), "no answer is lost"

    def _behave(self, process: Process) -> bool:
        """One step of a client as it should be; whether it had nothing to do but to beat."""
        if process.waits:
            return False
        if process.joined is None:
            self._join(process, BOTH)
        elif not process.has_synced:
            self._sync(process)
            if not process.waits and not process.has_synced:
                process.joined = None
        elif self._beat(process) is ErrorCode.NONE:
            return True
        else:
            process.joined = None
        return False


GroupHistories.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestGroupHistories: Callable[..., Any] = GroupHistories.TestCase
