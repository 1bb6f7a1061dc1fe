"""What a leader and its followers do: the log, the high watermark, the voter set, snapshots; and what befalls them."""

from __future__ import annotations

from nilometer_models.protocols.metadata_quorum.model import (
    MACHINE,
    NOBODY,
    campaigner_ids,
    entered,
    ids,
    not_leading,
    own_voters,
)
from nilometer_models.protocols.metadata_quorum.state import (
    Config,
    Record,
    Replica,
    State,
    agreed_end,
    appended,
    epoch_start,
    hear,
    last_change,
    majority,
    voters_of,
    with_replica,
)

__all__ = ["MACHINE"]

# ---------------------------------------------------------------------------------------------------- the log


@MACHINE.action("leader", leader=campaigner_ids)
class Write:
    """The leader appends a record of the controller."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        return not_leading(s, leader) or ("bound: records" if s.written >= c.records else None)

    @staticmethod
    def apply(c: Config, s: State, leader: int) -> State:
        s = s._replace(written=s.written + 1)
        return appended(c, s, leader, Record(s.replicas[leader - 1].epoch, "data", s.written, NOBODY))


@MACHINE.action("replica", replica=ids)
class Flush:
    """What a replica has appended is durable from now on."""

    @staticmethod
    def why_not(_: Config, s: State, replica: int) -> str | None:
        one = s.replicas[replica - 1]
        return "everything is flushed" if one.flushed == len(one.log) else None

    @staticmethod
    def apply(_: Config, s: State, replica: int) -> State:
        return with_replica(s, replica, flushed=len(s.replicas[replica - 1].log))


def _may_fetch(s: State, replica: int, leader: int) -> str | None:
    one, other = s.replicas[replica - 1], s.replicas[leader - 1]
    if one.role != "follower" or one.leader != leader:
        return "it does not follow that replica"
    if other.role != "leader" or one.epoch != other.epoch:
        return "the other does not lead in this epoch"
    return None if hear(s, replica, leader) else "they do not hear each other"


def _diverging(c: Config, one: Replica, other: Replica) -> int | None:
    """Where the follower has to cut its log, if it has to."""
    end = agreed_end(one.log, other.log)
    return end if c.rules.divergence_truncates and end < len(one.log) else None


def _fetched(c: Config, s: State, replica: int, leader: int) -> State:
    """A diverging follower cuts its log; another one tells its end, and takes the next record."""
    one, other = s.replicas[replica - 1], s.replicas[leader - 1]
    if (end := _diverging(c, one, other)) is not None:
        return with_replica(s, replica, log=one.log[:end], flushed=min(one.flushed, end))
    end = len(one.log)
    log = (*one.log, *other.log[end : end + 1])
    flushed = len(log) if c.rules.flush_before_reply or not c.crashes else one.flushed
    s = with_replica(s, leader, ends=(*other.ends[: replica - 1], end, *other.ends[replica:]))
    mark = min(other.high_watermark, len(log))
    if c.rules.high_watermark_grows:
        mark = max(mark, one.high_watermark)
    return with_replica(s, replica, log=log, flushed=flushed, high_watermark=mark)


@MACHINE.action("replica", replica=ids, leader=campaigner_ids)
class Fetch:
    """A follower asks for what comes behind its log, and so tells its leader how far it has replicated."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int, leader: int) -> str | None:
        if (reason := _may_fetch(s, replica, leader)) is not None:
            return reason
        if len(s.replicas[replica - 1].log) < s.replicas[leader - 1].start:
            return "the leader's log begins later: it needs the snapshot"
        return "there is nothing new" if _fetched(c, s, replica, leader) == s else None

    @staticmethod
    def apply(c: Config, s: State, replica: int, leader: int) -> State:
        return _fetched(c, s, replica, leader)


@MACHINE.action("replica", replica=ids, leader=campaigner_ids)
class FetchSnapshot:
    """A follower whose log ends before its leader's begins takes the leader's snapshot instead (KIP-630)."""

    @staticmethod
    def why_not(_: Config, s: State, replica: int, leader: int) -> str | None:
        if (reason := _may_fetch(s, replica, leader)) is not None:
            return reason
        one, other = s.replicas[replica - 1], s.replicas[leader - 1]
        if len(one.log) >= other.start:
            return "it finds what it needs in the leader's log"
        return "it has this snapshot" if one.snapshot == other.snapshot else None

    @staticmethod
    def apply(_: Config, s: State, replica: int, leader: int) -> State:
        other = s.replicas[leader - 1]
        end = other.snapshot
        return with_replica(s, replica, log=other.log[:end], flushed=end, high_watermark=end, start=end, snapshot=end)


def replicated(s: State, leader: int, replica: int) -> int:
    """First offset that the leader does not know to be on a replica."""
    one = s.replicas[leader - 1]
    return one.flushed if replica == leader else one.ends[replica - 1]


def _next_mark(c: Config, s: State, leader: int) -> int:
    """What a majority of the voters holds."""
    one = s.replicas[leader - 1]
    voters = own_voters(c, one)
    ends = sorted(
        (len(one.log) if v == leader and not c.rules.flush_before_reply else replicated(s, leader, v) for v in voters),
        reverse=True,
    )
    return ends[majority(voters) - 1]


@MACHINE.action("leader", leader=campaigner_ids)
class IncreaseHighWatermark:
    """What a majority of the voters holds is committed, if it has a record of the leader's own epoch."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if (reason := not_leading(s, leader)) is not None:
            return reason
        one, mark = s.replicas[leader - 1], _next_mark(c, s, leader)
        if mark <= one.high_watermark:
            return "no majority holds more"
        if c.rules.commit_own_epoch and mark <= epoch_start(one):
            return "a majority holds no record of this epoch"
        return None

    @staticmethod
    def apply(c: Config, s: State, leader: int) -> State:
        mark = _next_mark(c, s, leader)
        log = s.replicas[leader - 1].log[:mark]
        s = s._replace(committed=log if mark >= len(s.committed) else s.committed)
        return with_replica(s, leader, high_watermark=mark)


# --------------------------------------------------------------------------------------- leaving office, voters


def _heard(c: Config, s: State, leader: int) -> int:
    """How many voters fetch from a leader, itself among them."""
    one = s.replicas[leader - 1]
    fetching = [v for v in own_voters(c, one) if v == leader or (_may_fetch(s, v, leader) is None)]
    return len(fetching)


def _resigned(s: State, leader: int) -> State:
    return with_replica(s, leader, role="resigned", ends=(-1,) * len(s.replicas))


@MACHINE.action("leader", leader=campaigner_ids)
class CheckQuorum:
    """A leader from which no majority of the voters has fetched for long resigns."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if (reason := not_leading(s, leader)) is not None:
            return reason
        if not c.rules.check_quorum_timer:
            return "nobody looks"
        voters = own_voters(c, s.replicas[leader - 1])
        return "a majority fetches" if _heard(c, s, leader) >= majority(voters) else None

    @staticmethod
    def apply(_: Config, s: State, leader: int) -> State:
        return _resigned(s, leader)


@MACHINE.action("leader", leader=campaigner_ids)
class Resign:
    """A leader whose removal from the voter set is committed resigns (KIP-853)."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if (reason := not_leading(s, leader)) is not None:
            return reason
        one = s.replicas[leader - 1]
        return "it is a voter" if leader in voters_of(c, one.log[: one.high_watermark]) else None

    @staticmethod
    def apply(_: Config, s: State, leader: int) -> State:
        return _resigned(s, leader)


@MACHINE.action("election", replica=campaigner_ids)
class LeaveOffice:
    """A resigned leader has waited for others to be elected: it goes on in the next epoch, in which nobody leads."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        one = s.replicas[replica - 1]
        if one.role != "resigned":
            return "it has not resigned"
        return "bound: epochs" if one.epoch >= c.max_epoch else None

    @staticmethod
    def apply(_: Config, s: State, replica: int) -> State:
        return entered(s, replica, s.replicas[replica - 1].epoch + 1)


def _may_change(c: Config, s: State, leader: int) -> str | None:
    if (reason := not_leading(s, leader)) is not None:
        return reason
    one = s.replicas[leader - 1]
    if c.rules.change_waits_for_epoch and one.high_watermark <= epoch_start(one):
        return "no record of its epoch is committed"
    if c.rules.one_change_at_a_time and last_change(one.log) >= one.high_watermark:
        return "the last change is not committed"
    return "bound: changes" if s.changes >= c.changes else None


def _change(c: Config, s: State, leader: int, voters: frozenset[int]) -> State:
    record = Record(s.replicas[leader - 1].epoch, "voters", 0, voters)
    return appended(c, s._replace(changes=s.changes + 1), leader, record)


@MACHINE.action("leader", leader=campaigner_ids, voter=ids)
class AddVoter:
    """The leader adds an observer that has all of its log."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int, voter: int) -> str | None:
        if (reason := _may_change(c, s, leader)) is not None:
            return reason
        one = s.replicas[leader - 1]
        if voter in own_voters(c, one):
            return "it is a voter"
        return None if replicated(s, leader, voter) == len(one.log) else "it has not caught up"

    @staticmethod
    def apply(c: Config, s: State, leader: int, voter: int) -> State:
        return _change(c, s, leader, own_voters(c, s.replicas[leader - 1]) | {voter})


@MACHINE.action("leader", leader=campaigner_ids, voter=ids)
class RemoveVoter:
    """The leader removes a voter, it may be itself; the last one stays."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int, voter: int) -> str | None:
        if (reason := _may_change(c, s, leader)) is not None:
            return reason
        voters = own_voters(c, s.replicas[leader - 1])
        if voter not in voters:
            return "it is no voter"
        return "nobody would be left" if voters == {voter} else None

    @staticmethod
    def apply(c: Config, s: State, leader: int, voter: int) -> State:
        return _change(c, s, leader, own_voters(c, s.replicas[leader - 1]) - {voter})


# ------------------------------------------------------------------------------------------ snapshots and faults


@MACHINE.action("replica", replica=ids)
class Snapshot:
    """A replica writes a snapshot of what is below its high watermark, and drops these records from its log."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        one = s.replicas[replica - 1]
        if _snapshot_end(c, one) <= one.start:
            return "there is nothing new below the high watermark"
        return "bound: snapshots" if s.snapshots >= c.snapshots else None

    @staticmethod
    def apply(c: Config, s: State, replica: int) -> State:
        end = _snapshot_end(c, s.replicas[replica - 1])
        named = end if c.rules.snapshot_end == "exclusive" else end - 1
        flushed = max(s.replicas[replica - 1].flushed, end)  # the snapshot is a file of its own
        s = s._replace(snapshots=s.snapshots + 1)
        return with_replica(s, replica, start=end, snapshot=named, flushed=flushed)


def _snapshot_end(c: Config, one: Replica) -> int:
    return one.high_watermark if c.rules.snapshot_of_committed else one.flushed


@MACHINE.action("fault", replica=ids)
class Restart:
    """A replica crashes, loses what was not flushed, and comes back as what its quorum state file says."""

    @staticmethod
    def why_not(c: Config, s: State, *_: object) -> str | None:
        return "bound: crashes" if s.crashes >= c.crashes else None

    @staticmethod
    def apply(c: Config, s: State, replica: int) -> State:
        one = s.replicas[replica - 1]
        unknown = (-1,) * len(s.replicas)
        if one.leader == replica:
            role = "leader" if one.role == "leader" and not c.rules.restart_resigns else "resigned"
        elif one.voted == replica and one.leader is None:
            role = "candidate"
        else:
            role = "unattached" if one.leader is None else "follower"
        granted = frozenset({replica}) if role == "candidate" else NOBODY
        return with_replica(
            s._replace(crashes=s.crashes + 1), replica, role=role, log=one.log[: one.flushed],
            voted=one.voted if c.rules.vote_is_durable else None, high_watermark=one.start, granted=granted,
            ends=unknown,
        )  # fmt: skip


@MACHINE.action("fault", replica=ids)
class Cut:
    """A replica hears nobody any more."""

    @staticmethod
    def why_not(c: Config, s: State, replica: int) -> str | None:
        if replica in s.cut:
            return "it hears nobody"
        return "bound: cuts" if len(s.cut) >= c.cuts else None

    @staticmethod
    def apply(_: Config, s: State, replica: int) -> State:
        return s._replace(cut=s.cut | {replica})
