"""Ways into a transaction that several tests begin with."""

from __future__ import annotations

from nilometer_models.machine import Instance
from nilometer_models.protocols.transactions.state import Config, State, View

Transactions = Instance[Config, State, View]


def started(instance: Transactions, client: int = 1) -> State:
    """A client has its identity."""
    s = instance.take(next(instance.initial()), "SendInit", instance=client)
    return instance.take(s, "AnswerInit", instance=client, attempt=1)


def written(instance: Transactions) -> State:
    """Version 2: the first client has written the record of transaction 1 to partition 1."""
    s = instance.take(started(instance), "Send", instance=1, partition=1)
    s = instance.take(s, "Verify", transaction=1, partition=1, attempt=1)
    return instance.take(s, "AppendRecord", transaction=1, partition=1, attempt=1)


def prepared(instance: Transactions, outcome: str = "commit") -> State:
    """… and has ended it; no marker is written yet."""
    s = instance.take(written(instance), "SendEnd", instance=1, outcome=outcome)
    return instance.take(s, "AnswerEnd", transaction=1, attempt=1)
