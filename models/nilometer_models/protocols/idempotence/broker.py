"""What happens to the partition, and to connections.

leader    Deliver  Replicate
faults    FailAppend  Break  Failover  Restart  Evict  DeleteRecords
"""

from __future__ import annotations

from nilometer_models.protocols.idempotence.client import reconnect
from nilometer_models.protocols.idempotence.model import MACHINE, connections, spend
from nilometer_models.protocols.idempotence.state import (
    NOTHING,
    Answer,
    Config,
    Request,
    State,
    fold,
    remember,
    verdict,
)


def arrived(s: State, connection: int) -> State:
    """The first request of a connection is off the wire."""
    at = connection - 1
    return s._replace(wires=(*s.wires[:at], s.wires[at][1:], *s.wires[at + 1 :]))


def answered(s: State, connection: int, request: Request, judged: str, offset: int) -> State:
    """The answer is under way, if the connection still is the current one."""
    if connection != s.connection:
        return s
    return s._replace(answers=(*s.answers, Answer(request.batch, request.epoch, judged, offset)))


def _arrives(c: Config, s: State, connection: int) -> str | None:
    if not s.wires[connection - 1]:
        return "nothing is under way"
    batch = s.wires[connection - 1][0].batch
    if c.rules.delay_bounded and s.client.sent - batch + 1 >= c.modulus:
        return "premise: nothing is under way for a whole cycle of sequences"
    return None


@MACHINE.action("leader", on=connections)
class Deliver:
    """The leader takes the next request of a connection, judges it, and appends it if it is the next one."""

    @staticmethod
    def why_not(c: Config, s: State, on: int) -> str | None:
        return _arrives(c, s, on)

    @staticmethod
    def apply(c: Config, s: State, on: int) -> State:
        request = s.wires[on - 1][0]
        judged, offset = verdict(c, s, request)
        s = arrived(s, on)
        if judged == "appended":
            offset = len(s.log)
            s = s._replace(log=(*s.log, request), producer=remember(c, s.producer, request, offset))
        return answered(s, on, request, judged, offset)


@MACHINE.action("fault", on=connections)
class FailAppend:
    """The append of a batch fails, or there are too few replicas: nothing is written, and the client may try again."""

    @staticmethod
    def why_not(c: Config, s: State, on: int) -> str | None:
        if not s.left.failures:
            return "bound: failures"
        if (reason := _arrives(c, s, on)) is not None:
            return reason
        judged, _ = verdict(c, s, s.wires[on - 1][0])
        return None if judged == "appended" else "it would not be appended"

    @staticmethod
    def apply(c: Config, s: State, on: int) -> State:
        request = s.wires[on - 1][0]
        s = spend(arrived(s, on), "failures")
        if not c.rules.state_follows_append:
            s = s._replace(producer=remember(c, s.producer, request, len(s.log)))
        return answered(s, on, request, "failed", NOTHING)


@MACHINE.action("leader")
class Replicate:
    """The followers have the next record."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.replicated < len(s.log) else "everything is replicated"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return s._replace(replicated=s.replicated + 1)


@MACHINE.action("fault")
class Break:
    """The connection breaks: answers are lost, requests may still arrive."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if not s.left.breaks:
            return "bound: breaks"
        return None if s.in_flight else "nothing is in flight"

    @staticmethod
    def apply(_: Config, s: State) -> State:
        return spend(reconnect(s), "breaks")


@MACHINE.action("fault")
class Failover:
    """A follower becomes leader: the log ends where it is replicated, and so does the producer's state."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.left.failovers else "bound: failovers"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        s = spend(reconnect(s), "failovers")
        log = s.log[: s.replicated]
        producer = fold(c, log, s.forgotten) if c.rules.truncation_rewinds_state else s.producer
        return s._replace(log=log, producer=producer)


@MACHINE.action("fault")
class Restart:
    """An orderly restart: what was under way is lost, and the producer's state is what the snapshot has of it."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.left.restarts else "bound: restarts"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        s = spend(reconnect(s), "restarts")._replace(wires=((),) * c.connections)
        producer = s.producer
        if producer is not None and not c.rules.snapshot_has_window:
            producer = producer._replace(batches=producer.batches[-1:])
        if s.log_start == len(s.log) and not c.rules.snapshot_outlives_records:
            producer = None
        return s._replace(producer=producer)


@MACHINE.action("fault")
class Evict:
    """The producer is forgotten after a long idle time, in which everything that was under way is lost.

    The premise about the sequence: if it were about to wrap, the batch with sequence 0 would be taken for a first one.
    """

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        if not s.left.evictions:
            return "bound: evictions"
        if s.producer is None:
            return "it has no state"
        if not c.rules.state_kept_while_busy:
            return None
        if s.in_flight:
            return "it is not idle"
        if 0 < s.client.next_sequence > c.modulus - c.in_flight:
            return "premise: the sequence is not about to wrap"
        return None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        s = spend(s, "evictions")._replace(producer=None, forgotten=len(s.log))
        return s._replace(wires=((),) * c.connections) if c.rules.state_kept_while_busy else s


@MACHINE.action("fault")
class DeleteRecords:
    """Retention or DeleteRecords removes every record that is replicated."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        if not s.left.deletions:
            return "bound: deletions"
        return None if s.log_start < s.replicated else "there is nothing to delete"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        s = spend(s, "deletions")._replace(log_start=s.replicated)
        is_gone = s.log_start == len(s.log) and not c.rules.state_outlives_records
        return s._replace(producer=None) if is_gone else s
