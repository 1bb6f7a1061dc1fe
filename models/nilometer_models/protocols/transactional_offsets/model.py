"""Offsets inside transactions, at the grain of the protocol: members process, stage their offset, and commit or abort.

    group         Rebalance
    members       Assign  Process  Stage  Commit  Abort  Revoke
    coordinator   WriteMarker  CommitPlain  Reload

A member that the group has replaced goes on until it notices. Sources: KIP-98, KIP-447, KAFKA-9365, KAFKA-14505;
OffsetMetadataManager and GroupMetadataManager of the group coordinator, TransactionManager of the Java client.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.transactional_offsets.state import (
    ABORT,
    COMMIT,
    CONSUMING,
    IDLE,
    MARKERS,
    OFFSET,
    PLAIN,
    STAGED,
    Config,
    Entry,
    Member,
    Rules,
    State,
    View,
    folded,
    initial,
    is_visible,
    last_visible,
    replayed,
    with_decision,
    with_member,
)

MACHINE: Machine[Config, State, View] = Machine("transactional_offsets", initial, View, home=Path(__file__).parent)


def model(
    members: int = 2,
    inputs: int = 2,
    generations: int = 2,
    aborts: int = 1,
    *,
    plain_commits: int = 0,
    reloads: int = 0,
    **rules: bool,
) -> Instance[Config, State, View]:
    """An instance with these bounds; `rules` are fields of `Rules`."""
    return Instance(MACHINE, Config(members, inputs, generations, aborts, plain_commits, reloads, Rules(**rules)))


def member_ids(c: Config) -> range:
    return range(1, c.members + 1)


def offsets(c: Config) -> Iterable[int]:
    return range(c.inputs + 1)


def _written(c: Config, s: State, entry: Entry) -> State:
    """The state after the coordinator has written an entry, and holds what follows from it."""
    held = folded(s.held, entry, len(s.log) + 1, c.rules.live_by_record, c.rules)
    return s._replace(log=(*s.log, entry), held=held)


@MACHINE.action("group", member=member_ids)
class Rebalance:
    """The group gives the partition to a member, in a new generation."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        if s.owner == member:
            return "it has the partition"
        return "bound: generations" if s.generation >= c.generations else None

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        return s._replace(generation=s.generation + 1, owner=member)


@MACHINE.action("member", member=member_ids)
class Assign:
    """The new owner hears of its partition, and asks where to begin (OffsetFetch with require_stable)."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        if s.owner != member:
            return "the partition is not its own"
        if s.members[member - 1].phase != IDLE:
            return "it consumes"
        if c.rules.stable_fetch and any(stored is not None for stored in s.held.pending):
            return "an offset is pending (UNSTABLE_OFFSET_COMMIT)"
        return None

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        start = s.held.committed.offset
        return with_member(s, member, Member(CONSUMING, s.generation, start, start))


@MACHINE.action("member", member=member_ids)
class Process:
    """A member processes the next input, and produces the result inside its transaction."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        m = s.members[member - 1]
        if m.phase != CONSUMING:
            return "it does not consume"
        if s.decisions[member - 1] is not None:
            return "its last transaction is being completed"
        return "there is no input left" if m.position >= c.inputs else None

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        m = s.members[member - 1]
        return with_member(s, member, m._replace(position=m.position + 1))


@MACHINE.action("member", member=member_ids)
class Stage:
    """A member sends its offset into the transaction (TxnOffsetCommit); a stale generation is refused."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        m = s.members[member - 1]
        if m.phase != CONSUMING or m.position == m.start:
            return "it has processed nothing"
        if c.rules.fenced_by_group and (s.owner != member or s.generation != m.generation):
            return "its generation is over (ILLEGAL_GENERATION)"
        return None

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        m = s.members[member - 1]
        s = with_member(s, member, m._replace(phase=STAGED))
        return _written(c, s, Entry(OFFSET, member, m.position))


@MACHINE.action("member", member=member_ids)
class Commit:
    """A member commits its transaction: its outputs, and the offset that is pending, will be visible (EndTxn)."""

    @staticmethod
    def why_not(_: Config, s: State, member: int) -> str | None:
        return None if s.members[member - 1].phase == STAGED else "its offset is not in the transaction"

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        m = s.members[member - 1]
        s = with_member(s, member, m._replace(phase=CONSUMING, start=m.position))
        return with_decision(s, member, COMMIT)._replace(done=(*s.done, *range(m.start, m.position)))


@MACHINE.action("member", member=member_ids)
class Abort:
    """A member gives its transaction up, or is fenced by a time-out, and has to ask again where to begin."""

    @staticmethod
    def why_not(c: Config, s: State, member: int) -> str | None:
        m = s.members[member - 1]
        if m.phase != STAGED and not (m.phase == CONSUMING and m.position > m.start):
            return "it has no open transaction"
        return "bound: aborts" if s.aborts >= c.aborts else None

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        s = with_member(s, member, s.members[member - 1]._replace(phase=IDLE))
        return with_decision(s, member, ABORT)._replace(aborts=s.aborts + 1)


@MACHINE.action("member", member=member_ids)
class Revoke:
    """A member without an open transaction notices that its generation is over."""

    @staticmethod
    def why_not(_: Config, s: State, member: int) -> str | None:
        m = s.members[member - 1]
        if m.phase != CONSUMING or m.position > m.start:
            return "it has an open transaction, or does not consume"
        return "its generation is the present one" if m.generation == s.generation else None

    @staticmethod
    def apply(_: Config, s: State, member: int) -> State:
        return with_member(s, member, s.members[member - 1]._replace(phase=IDLE))


@MACHINE.action("coordinator", member=member_ids)
class WriteMarker:
    """The marker of a member's transaction reaches the offsets: what was pending is visible, or gone."""

    @staticmethod
    def why_not(_: Config, s: State, member: int) -> str | None:
        return "nothing was decided" if s.decisions[member - 1] is None else None

    @staticmethod
    def apply(c: Config, s: State, member: int) -> State:
        outcome = s.decisions[member - 1]
        assert outcome is not None
        return _written(c, with_decision(s, member, None), Entry(outcome, member, 0))


@MACHINE.action("fault", offset=offsets)
class CommitPlain:
    """Somebody commits an offset without a transaction: an operator who resets the group, or a wrong application."""

    @staticmethod
    def why_not(c: Config, s: State, *_: int) -> str | None:
        return "bound: plain commits" if s.plain_commits >= c.plain_commits else None

    @staticmethod
    def apply(c: Config, s: State, offset: int) -> State:
        return _written(c, s, Entry(PLAIN, 0, offset))._replace(plain_commits=s.plain_commits + 1)


@MACHINE.action("fault")
class Reload:
    """Another broker becomes group coordinator, and reads the log."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return "bound: reloads" if s.reloads >= c.reloads else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        return s._replace(held=replayed(c, s.log), reloads=s.reloads + 1)


@MACHINE.invariant("T15", "O1")
def pending_invisible(view: View) -> bool:
    """The committed offset is from a record that counts: a plain one, or one whose transaction is committed."""
    record = view.state.held.committed.record
    return record == 0 or is_visible(view.state.log, record)


@MACHINE.invariant("T15", "O1", "O6")
def later_record_wins(view: View) -> bool:
    """The committed offset is that of the last offset record that counts, whenever its marker came."""
    return view.state.held.committed == last_visible(view.state.log)


@MACHINE.invariant("T16", "T1")
def each_input_processed_once(view: View) -> bool:
    """The committed outputs are those of the inputs in order, each once, unless there was a plain commit."""
    s = view.state
    return s.plain_commits > 0 or s.done == tuple(range(len(s.done)))


@MACHINE.invariant("T16", "T15")
def offset_agrees_with_outputs(view: View) -> bool:
    """When nothing is under way, the committed offset says how many inputs have committed outputs."""
    s = view.state
    if s.plain_commits or any(d is not None for d in s.decisions):
        return True
    return s.held.committed.offset == len(s.done)


@MACHINE.step_property("O6", "R12")
def only_the_log_changes_offsets(before: View, after: View) -> bool:
    """The committed offset changes only when something is written: never because another coordinator reads the log."""
    old, new = before.state, after.state
    return old.log != new.log or old.held.committed.offset == new.held.committed.offset


@MACHINE.always_possible("T15", "T21")
def offsets_become_stable(view: View) -> bool:
    """No offset is pending: a new owner is told where to begin."""
    return all(stored is None for stored in view.state.held.pending)


@MACHINE.witness("T17")
def a_replaced_member_is_refused(view: View) -> bool:
    """A member has processed something, and the group has given its partition to another one."""
    s = view.state
    return any(m.phase == CONSUMING and m.position > m.start and m.generation < s.generation for m in s.members)


@MACHINE.witness("T15")
def a_new_owner_waits(view: View) -> bool:
    """The owner is not told where to begin: a commit is decided, and its marker has not come."""
    s = view.state
    if s.owner is None or s.members[s.owner - 1].phase != IDLE:
        return False
    return any(d == COMMIT and stored is not None for d, stored in zip(s.decisions, s.held.pending, strict=True))


@MACHINE.witness("T15", "O1")
def a_committed_offset_loses(view: View) -> bool:
    """A transaction is committed, but its offset is not: a plain commit was written after it."""
    s = view.state
    return any(e.kind == OFFSET and is_visible(s.log, r) and s.held.committed.record > r and any(
               x.kind == PLAIN for x in s.log[r:]) for r, e in enumerate(s.log, start=1))  # fmt: skip


@MACHINE.witness("T16")
def all_inputs_processed(view: View) -> bool:
    """Every input has its committed output, by two members."""
    s = view.state
    authors = {e.producer for e in s.log if e.kind in MARKERS and e.kind == COMMIT}
    return len(s.done) == view.config.inputs and len(authors) > 1
