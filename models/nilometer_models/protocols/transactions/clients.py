"""What instances of the application do: take an identity, write, end, and ask again where no answer came.

    new  --SendInit-->  initialising  --(answer)-->  ready  --SendEnd-->  ending  --(answer)-->  ready

A client that was refused just waits: nothing that it could do then has an effect, but to be started again, which is
another instance. Sources: KIP-98, KIP-360; TransactionManager of the Java client.
"""

from __future__ import annotations

from collections.abc import Iterable

from nilometer_models.protocols.transactions.state import (
    ABORT,
    COMMIT,
    MACHINE,
    Add,
    Config,
    End,
    Init,
    Produce,
    State,
    instance_ids,
    partition_ids,
    replaced,
    with_client,
)


def outcomes(_: Config) -> Iterable[str]:
    return (COMMIT, ABORT)


@MACHINE.action("client", instance=instance_ids)
class SendInit:
    """An instance starts, and asks for an identity (InitProducerId)."""

    @staticmethod
    def why_not(_: Config, s: State, instance: int) -> str | None:
        return None if s.clients[instance - 1].phase == "new" else "it has started"

    @staticmethod
    def apply(_: Config, s: State, instance: int) -> State:
        client = s.clients[instance - 1]
        s = with_client(s, instance, client._replace(phase="initialising", attempt=1))
        return s._replace(inits=s.inits | {Init(instance, 1, client.producer, client.epoch)})


@MACHINE.action("client", instance=instance_ids)
class Recover:
    """A client without an open transaction asks for a new epoch of its own identity, to be sure (KIP-360)."""

    @staticmethod
    def why_not(c: Config, s: State, instance: int) -> str | None:
        client = s.clients[instance - 1]
        if client.phase != "ready" or client.transaction:
            return "it is not between two transactions"
        return "bound: recoveries" if s.used.recoveries >= c.recoveries else None

    @staticmethod
    def apply(c: Config, s: State, instance: int) -> State:
        client = s.clients[instance - 1]
        used = s.used._replace(recoveries=s.used.recoveries + 1)
        attempt = c.retries + 1 + used.recoveries  # no other InitProducerId has that number
        s = with_client(s, instance, client._replace(phase="initialising", attempt=attempt))
        return s._replace(inits=s.inits | {Init(instance, attempt, client.producer, client.epoch)}, used=used)


def _may_write(c: Config, s: State, instance: int) -> str | None:
    client = s.clients[instance - 1]
    if client.phase != "ready":
        return "it has no identity, or waits"
    return "bound: transactions" if not client.transaction and len(s.authors) >= c.transactions else None


def _begun(s: State, instance: int) -> State:
    """The state with a transaction open on the client: the first request of one begins it."""
    client = s.clients[instance - 1]
    if client.transaction:
        return s
    authors = (*s.authors, instance)
    return with_client(s, instance, client._replace(transaction=len(authors)))._replace(authors=authors)


@MACHINE.action("client", instance=instance_ids, partition=partition_ids)
class SendAdd:
    """Version 1: a client asks the coordinator to take a partition into its transaction (AddPartitionsToTxn)."""

    @staticmethod
    def why_not(c: Config, s: State, instance: int, partition: int) -> str | None:
        if c.rules.version != 1:
            return "producing adds the partition"
        if (reason := _may_write(c, s, instance)) is not None:
            return reason
        client = s.clients[instance - 1]
        if any(a.transaction == client.transaction and a.partition == partition for a in s.adds):
            return "it has asked"
        return "it is in the transaction" if partition in client.added else None

    @staticmethod
    def apply(_: Config, s: State, instance: int, partition: int) -> State:
        s = _begun(s, instance)
        client = s.clients[instance - 1]
        return s._replace(adds=s.adds | {Add(client.transaction, partition, 1, client.producer, client.epoch)})


@MACHINE.action("client", instance=instance_ids, partition=partition_ids)
class Send:
    """A client sends a record; in version 2 the first one begins the transaction."""

    @staticmethod
    def why_not(c: Config, s: State, instance: int, partition: int) -> str | None:
        if (reason := _may_write(c, s, instance)) is not None:
            return reason
        client = s.clients[instance - 1]
        if partition in client.sent:
            return "bound: one record to a partition"
        if c.rules.version == 1 and partition not in client.added:
            return "the partition is not in the transaction"
        return None

    @staticmethod
    def apply(_: Config, s: State, instance: int, partition: int) -> State:
        s = _begun(s, instance)
        client = s.clients[instance - 1]
        s = with_client(s, instance, client._replace(sent=client.sent | {partition}))
        made = Produce(client.transaction, partition, 1, client.producer, client.epoch, False)
        return s._replace(produces=s.produces | {made})


@MACHINE.action("client", instance=instance_ids, outcome=outcomes)
class SendEnd:
    """A client ends its transaction: it commits only what was acknowledged, and aborts at any time (EndTxn)."""

    @staticmethod
    def why_not(c: Config, s: State, instance: int, outcome: str) -> str | None:
        client = s.clients[instance - 1]
        if client.phase != "ready" or not client.transaction:
            return "it has no open transaction"
        if outcome == COMMIT and (not client.sent or client.sent != client.acked):
            return "it waits for acknowledgements"
        if c.rules.version == 1 and not client.added:
            return "nothing was added: there is nothing to end"
        return None

    @staticmethod
    def apply(_: Config, s: State, instance: int, outcome: str) -> State:
        client = s.clients[instance - 1]
        s = with_client(s, instance, client._replace(phase="ending", attempt=1))
        end = End(client.transaction, 1, client.producer, client.epoch, outcome)
        return s._replace(ends=s.ends | {end}, decisions=replaced(s.decisions, client.transaction, outcome))


def _spend_retry(s: State) -> tuple[State, int]:
    """The state with one retry spent, and the attempt that it makes."""
    retries = s.used.retries + 1
    return s._replace(used=s.used._replace(retries=retries)), retries + 1


@MACHINE.action("fault", instance=instance_ids, partition=partition_ids)
class ResendRecord:
    """No answer came: the client sends its record again. The first one may still arrive."""

    @staticmethod
    def why_not(c: Config, s: State, instance: int, partition: int) -> str | None:
        client = s.clients[instance - 1]
        if client.phase != "ready" or partition not in client.sent - client.acked:
            return "it does not wait for that partition"
        return "bound: retries" if s.used.retries >= c.retries else None

    @staticmethod
    def apply(_: Config, s: State, instance: int, partition: int) -> State:
        client = s.clients[instance - 1]
        s, attempt = _spend_retry(s)
        made = Produce(client.transaction, partition, attempt, client.producer, client.epoch, False)
        return s._replace(produces=s.produces | {made})


@MACHINE.action("fault", instance=instance_ids)
class ResendRequest:
    """No answer came: the client asks the coordinator again, and does not listen to an answer to its first request."""

    @staticmethod
    def why_not(c: Config, s: State, instance: int) -> str | None:
        if s.clients[instance - 1].phase not in ("initialising", "ending"):
            return "it does not wait for the coordinator"
        return "bound: retries" if s.used.retries >= c.retries else None

    @staticmethod
    def apply(_: Config, s: State, instance: int) -> State:
        client = s.clients[instance - 1]
        s, attempt = _spend_retry(s)
        s = with_client(s, instance, client._replace(attempt=attempt))
        if client.phase == "initialising":
            return s._replace(inits=s.inits | {Init(instance, attempt, client.producer, client.epoch)})
        outcome = s.decisions[client.transaction - 1]
        assert outcome is not None
        end = End(client.transaction, attempt, client.producer, client.epoch, outcome)
        return s._replace(ends=s.ends | {end})
