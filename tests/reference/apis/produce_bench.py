"""A broker with topic `t`, and a producer whose batches are numbered by hand: for tests of Produce."""

from typing import Any

from nilometer_reference.broker.config import BrokerConfig
from nilometer_reference.wire.messages.fetch import PartitionData
from nilometer_reference.wire.messages.produce import (
    PartitionProduceResponse,
)
from tests.reference.harness import Harness
from tests.reference.requests import (
    batch,
    fetch,
    make_topic,
    offsets_of,
    produce,
)


class Bench:
    """A broker with topic `t`, and a producer whose batches are numbered by hand."""

    def __init__(self, config: BrokerConfig | None = None, **topic_configs: str) -> None:
        self.harness = Harness(config)
        self.topic_id = make_topic(self.harness, "t", 1, **topic_configs)
        self.client = self.harness.client()

    def produce(self, records: bytes | None, *, version: int = 9, **fields: Any) -> PartitionProduceResponse:
        if version >= 13:
            fields.setdefault("topic_id", self.topic_id)
        return produce(self.client, records, version=version, **fields)

    def sequenced(
        self, first_sequence: int, count: int = 1, *, epoch: int = 0, producer_id: int = 7, **fields: Any
    ) -> PartitionProduceResponse:
        version = fields.pop("version", 9)
        asked = {name: fields.pop(name) for name in ("transactional_id",) if name in fields}
        records = batch(count, producer_id=producer_id, producer_epoch=epoch, base_sequence=first_sequence, **fields)
        return self.produce(records, version=version, **asked)

    def offsets(self) -> list[int]:
        return offsets_of(self.fetched())

    def fetched(self) -> PartitionData:
        return fetch(self.harness.client(), 0)

    def begin(self, transactional_id: str = "x") -> tuple[int, int]:
        """Initialise a transactional producer."""
        identity = self.harness.broker.transactions.init_producer_id(
            transactional_id, 60_000, producer_id=-1, producer_epoch=-1, now_ms=self.harness.now_ms
        )
        self.settle()
        return identity

    def add(self, producer_id: int, epoch: int, transactional_id: str = "x") -> None:
        self.harness.broker.transactions.add_partitions(
            transactional_id, producer_id, epoch, [("t", 0)], client_transaction_version=0, now_ms=self.harness.now_ms
        )
        self.settle()

    def settle(self) -> None:
        self.harness.carry_out(self.harness.node.take_effects(self.harness.now_ms))
