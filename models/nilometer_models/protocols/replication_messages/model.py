"""Fetches as messages: what the leader learns from a request, what the follower makes of an answer, what readers see.

    controller   ElectLeader
    replica      Learn                       hears of the current decision: late, or never
    leader       Produce  HandleFetch  IncreaseHighWatermark  ShrinkIsr
    follower     SendFetch  ReceiveResponse  Truncate
    environment  Restart  Delete
    reader       Read  AskEnd  Redirect

A follower has one fetch under way in its epoch; those of earlier epochs may still arrive, at both ends. An answer that
tells it to cut its log is followed by the cut in a step of its own: readers may come in between.
Sources: KIP-595 (truncation on fetch), KIP-320, KIP-207, KIP-392; `AbstractFetcherThread.scala`, `Partition.scala`,
`LeaderEpochFileCache.java`, `UnifiedLog.java`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.replication_messages.state import (
    Config,
    Decision,
    Entry,
    Replica,
    Request,
    Response,
    Rules,
    State,
    View,
    assigned,
    cut_epochs,
    cut_offset,
    end_of_epoch,
    epochs_of,
    initial,
    last_epoch,
    leads,
    leads_now,
    replica,
    with_replica,
)

MACHINE: Machine[Config, State, View] = Machine("replication_messages", initial, View, home=Path(__file__).parent)


def model(
    replicas: int = 2, log_size: int = 1, records: int = 2, max_epoch: int = 1, shrinks: int = 0, restarts: int = 0,
    deletions: int = 0, readers: bool = False, **rules: object,
) -> Instance[Config, State, View]:  # fmt: skip
    """An instance with these bounds; `rules` are fields of `Rules`."""
    made = Rules(**rules)  # type: ignore[arg-type]
    return Instance(
        MACHINE, Config(replicas, log_size, records, max_epoch, shrinks, restarts, deletions, readers, made)
    )


def replica_ids(c: Config) -> Iterable[int]:
    return range(1, c.replicas + 1)


def epochs(c: Config) -> Iterable[int]:
    return range(c.max_epoch + 1)


# ------------------------------------------------------------------------------------------ elections


@MACHINE.action("controller", leader=replica_ids)
class ElectLeader:
    """The controller elects a member of the ISR, in the next epoch."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if leader == s.decision.leader:
            return "it leads already"
        if leader not in s.decision.isr:
            return "it is not in the ISR"
        return "bound: epochs" if s.decision.epoch >= c.max_epoch else None

    @staticmethod
    def apply(_: Config, s: State, leader: int) -> State:
        return s._replace(decision=Decision(leader, s.decision.epoch + 1, s.decision.isr))


@MACHINE.action("replica", follower=replica_ids)
class Learn:
    """A replica hears who leads. A leader remembers where its epoch begins, and knows nothing of its followers yet."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        return "it has heard" if replica(s, follower).epoch >= s.decision.epoch else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        own, leader, epoch = replica(s, follower), s.decision.leader, s.decision.epoch
        nobody = (0,) * c.replicas
        if leader != follower:
            return with_replica(
                s, follower, epoch=epoch, leader=leader, epoch_start=0, known_ends=nobody, cut=None
            )  # fmt: skip
        end = len(own.log)
        return with_replica(
            s, follower, epoch=epoch, leader=leader, epoch_start=end, known_ends=nobody, cut=None,
            epochs=assigned(own.epochs, epoch, end),
        )  # fmt: skip


@MACHINE.action("fault", follower=replica_ids)
class Restart:
    """A replica restarts with its log, and reads the epochs from it."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        if replica(s, follower).epoch == -1:
            return "it knows of nothing yet"
        return "bound: restarts" if s.restarts >= c.restarts else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        own = replica(s, follower)
        fresh = Replica(
            own.log, own.log_start, own.high_watermark, -1, None, 0, (0,) * c.replicas, epochs_of(c, own.log), None
        )
        return with_replica(s, follower, **fresh._asdict())._replace(restarts=s.restarts + 1)


# ------------------------------------------------------------------------------------------ the leader


@MACHINE.action("leader", leader=replica_ids)
class Produce:
    """A replica that believes to lead appends a new record."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        if not leads(s, leader):
            return "it does not believe to lead"
        if s.written >= c.records:
            return "bound: records"
        return "bound: log slots" if len(replica(s, leader).log) >= c.log_size else None

    @staticmethod
    def apply(_: Config, s: State, leader: int) -> State:
        own = replica(s, leader)
        entry = Entry(s.written + 1, own.epoch)
        return with_replica(s, leader, log=(*own.log, entry))._replace(written=s.written + 1)


def asked(s: State, follower: int, epoch: int) -> Request | None:
    """The fetch of that follower in that epoch that has not arrived yet."""
    return next((one for one in s.requests if one.follower == follower and one.epoch == epoch), None)


def answered(s: State, follower: int, epoch: int) -> Response | None:
    """The answer to that follower in that epoch that has not arrived yet."""
    return next((one for one in s.responses if one.follower == follower and one.epoch == epoch), None)


@MACHINE.action("leader", follower=replica_ids, epoch=epochs)
class HandleFetch:
    """A fetch arrives: the leader notes where the follower is, if the logs agree up to there, and answers."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int, epoch: int) -> str | None:
        request = asked(s, follower, epoch)
        if request is None:
            return "it has not asked"
        own = replica(s, request.leader)
        if own.epoch < epoch:
            return "the leader has not heard of that epoch"
        if leads(s, request.leader) and own.epoch == epoch and request.offset < own.log_start:
            return "bound: deleted records are not fetched"
        return None

    @staticmethod
    def apply(c: Config, s: State, follower: int, epoch: int) -> State:
        request = asked(s, follower, epoch)
        assert request is not None
        after = s._replace(requests=s.requests - {request})
        own = replica(s, request.leader)
        if own.epoch != epoch or not leads(s, request.leader):
            return after  # an error: the follower belongs to an epoch that is over
        known = end_of_epoch(own.epochs, len(own.log), request.last_epoch)
        is_empty = request.last_epoch == -1
        diverges = not is_empty and (known.epoch < request.last_epoch or known.start < request.offset)
        if not (diverges and c.rules.diverging_fetch_not_counted):
            ends = own.known_ends
            ends = (*ends[: follower - 1], request.offset, *ends[follower:])
            after = with_replica(after, request.leader, known_ends=ends)
        entries = () if diverges else own.log[request.offset : request.offset + 1]
        response = Response(
            follower, request.leader, epoch, request.offset, entries, own.high_watermark, known if diverges else None
        )
        return after._replace(responses=after.responses | {response})


@MACHINE.action("leader", leader=replica_ids)
class IncreaseHighWatermark:
    """The leader moves its high watermark over a record that its whole ISR has, as far as it knows."""

    @staticmethod
    def why_not(_: Config, s: State, leader: int) -> str | None:
        own = replica(s, leader)
        if not leads(s, leader):
            return "it does not believe to lead"
        if own.high_watermark >= len(own.log):
            return "the high watermark is at the end"
        if any(own.known_ends[m - 1] <= own.high_watermark for m in s.decision.isr - {leader}):
            return "a member of the ISR does not have it"
        return None

    @staticmethod
    def apply(_: Config, s: State, leader: int) -> State:
        return with_replica(s, leader, high_watermark=replica(s, leader).high_watermark + 1)


@MACHINE.action("leader", leader=replica_ids, follower=replica_ids)
class ShrinkIsr:
    """The leader takes a follower that is behind out of the ISR; the controller agrees at once."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int, follower: int) -> str | None:
        if leader == follower or follower not in s.decision.isr:
            return "it is no follower in the ISR"
        if not leads_now(s, leader):
            return "it does not lead in the current epoch"
        if replica(s, leader).known_ends[follower - 1] >= len(replica(s, leader).log):
            return "it has caught up"
        return "bound: shrinks" if s.shrinks >= c.shrinks else None

    @staticmethod
    def apply(_: Config, s: State, _leader: int, follower: int) -> State:
        isr = s.decision.isr - {follower}
        return s._replace(decision=s.decision._replace(isr=isr), shrinks=s.shrinks + 1)


@MACHINE.action("fault", follower=replica_ids)
class Delete:
    """Retention deletes the oldest record of a replica."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        own = replica(s, follower)
        if own.log_start >= len(own.log):
            return "there is nothing to delete"
        if c.rules.deletion_waits_for_high_watermark and own.log_start >= own.high_watermark:
            return "it is not committed"
        return "bound: deletions" if s.deletions >= c.deletions else None

    @staticmethod
    def apply(_: Config, s: State, follower: int) -> State:
        start = replica(s, follower).log_start + 1
        return with_replica(s, follower, log_start=start)._replace(deletions=s.deletions + 1)


# ------------------------------------------------------------------------------------------ the follower


@MACHINE.action("follower", follower=replica_ids)
class SendFetch:
    """A follower asks for what comes after its log, and says which epoch it has seen last."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        own = replica(s, follower)
        if own.leader is None or own.leader == follower:
            return "it follows nobody"
        if own.cut is not None:
            return "it has to cut its log first"
        if asked(s, follower, own.epoch) or answered(s, follower, own.epoch):
            return "a fetch is under way"
        return None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        own = replica(s, follower)
        assert own.leader is not None
        request = Request(follower, own.leader, own.epoch, len(own.log), last_epoch(c, own))
        return s._replace(requests=s.requests | {request})


def _fits(c: Config, own: Replica, response: Response) -> bool:
    """Is this the answer to what the follower would ask now?"""
    if not c.rules.answers_fit_the_log:
        return own.leader != response.follower
    return own.leader == response.leader and own.epoch == response.epoch and len(own.log) == response.offset


@MACHINE.action("follower", follower=replica_ids, epoch=epochs)
class ReceiveResponse:
    """An answer arrives: the follower appends and takes the high watermark over, or knows where to cut its log."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int, epoch: int) -> str | None:
        return "there is no answer" if answered(s, follower, epoch) is None else None

    @staticmethod
    def apply(c: Config, s: State, follower: int, epoch: int) -> State:
        response = answered(s, follower, epoch)
        assert response is not None
        after = s._replace(responses=s.responses - {response})
        own = replica(s, follower)
        if not _fits(c, own, response):
            return after
        log = (*own.log, *response.entries)
        caches = own.epochs
        for entry in response.entries:
            caches = assigned(caches, entry.epoch, len(own.log))
        mark, cut = min(max(response.high_watermark, own.log_start), len(log)), None
        if response.diverging is not None:
            cut = cut_offset(own, response.diverging)
            mark = own.high_watermark if c.rules.truncates_before_high_watermark else mark
        return with_replica(after, follower, log=log, epochs=caches, high_watermark=mark, cut=cut)


@MACHINE.action("follower", follower=replica_ids)
class Truncate:
    """A follower cuts its log where it was told to."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        return "there is nothing to cut" if replica(s, follower).cut is None else None

    @staticmethod
    def apply(_: Config, s: State, follower: int) -> State:
        own = replica(s, follower)
        assert own.cut is not None
        mark = min(own.high_watermark, own.cut)
        epochs_left = cut_epochs(own.epochs, own.cut)
        return with_replica(s, follower, log=own.log[: own.cut], high_watermark=mark, epochs=epochs_left, cut=None)


# ------------------------------------------------------------------------------------------ readers


def _shown(c: Config, s: State, r: int) -> tuple[Entry, ...]:
    """What the reader knows after it has read a replica from where it can."""
    own, known = replica(s, r), s.reader.shown
    end = own.high_watermark if c.rules.reads_stop_at_high_watermark else len(own.log)
    return (*known[: own.log_start], *own.log[own.log_start : end], *known[max(end, own.log_start) :])


@MACHINE.action("reader", follower=replica_ids)
class Read:
    """The reader reads a replica, leader or not, up to its high watermark."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        if not c.readers:
            return "bound: readers"
        if replica(s, follower).leader is None:
            return "it has no leader"
        if replica(s, follower).log_start > len(s.reader.shown):
            return "bound: what is deleted is not missed"
        return "there is nothing new" if _shown(c, s, follower) == s.reader.shown else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        return s._replace(reader=s.reader._replace(shown=_shown(c, s, follower)))


@MACHINE.action("reader", leader=replica_ids)
class AskEnd:
    """The reader asks a leader, whose epoch is not older than what it knows, where the log ends (ListOffsets)."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int) -> str | None:
        own = replica(s, leader)
        if not c.readers:
            return "bound: readers"
        if not leads(s, leader) or own.epoch < s.reader.epoch:
            return "it does not lead in an epoch that the reader accepts"
        if c.rules.end_waits_for_epoch_start and own.high_watermark < own.epoch_start:
            return "OFFSET_NOT_AVAILABLE"
        if (s.reader.end, s.reader.epoch) == (own.high_watermark, own.epoch):
            return "there is nothing new"
        return None

    @staticmethod
    def apply(_: Config, s: State, leader: int) -> State:
        own = replica(s, leader)
        return s._replace(reader=s.reader._replace(end=own.high_watermark, epoch=own.epoch))


@MACHINE.action("leader", leader=replica_ids, follower=replica_ids)
class Redirect:
    """A leader sends the reader to a follower that is near to it."""

    @staticmethod
    def why_not(c: Config, s: State, leader: int, follower: int) -> str | None:
        if not c.readers:
            return "bound: readers"
        if leader == follower or not leads_now(s, leader):
            return "it does not lead the other"
        if c.rules.readers_sent_into_isr and follower not in s.decision.isr:
            return "it is not in the ISR"
        return "the reader is there" if s.reader.at == follower else None

    @staticmethod
    def apply(_: Config, s: State, _leader: int, follower: int) -> State:
        return s._replace(reader=s.reader._replace(at=follower))
