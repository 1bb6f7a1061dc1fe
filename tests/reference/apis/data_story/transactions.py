"""A chapter of transactional producers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nilometer_reference.wire.messages.add_partitions_to_txn import AddPartitionsToTxnRequest, AddPartitionsToTxnTopic
from nilometer_reference.wire.messages.end_txn import EndTxnRequest
from nilometer_reference.wire.messages.find_coordinator import FindCoordinatorRequest
from nilometer_reference.wire.messages.init_producer_id import InitProducerIdRequest
from tests.reference.apis.data_story.story import PREFIX, Story, Told, without_time


class Producer:
    """A transactional producer of the old protocol, for the steps that the new one shares."""

    def __init__(self, story: Story, name: str) -> None:
        self._story = story
        self._id = PREFIX + name
        find = FindCoordinatorRequest(key_type=1, coordinator_keys=[self._id])
        while story.ask(find, 4).coordinators[0].error_code != 0:
            story.wait()
        answer = self._done(lambda: story.ask(InitProducerIdRequest(self._id, 60_000), 4))
        self.producer_id, self.epoch = answer.producer_id, answer.producer_epoch

    def _done(self, ask: Callable[[], Any]) -> Any:
        """Ask until the coordinator is there and has nothing else to do."""
        while (answer := ask()).error_code in {14, 15, 16, 51}:
            self._story.wait()
        assert answer.error_code == 0, answer
        return answer

    def add(self) -> None:
        """AddPartitionsToTxn 3."""
        request = AddPartitionsToTxnRequest(
            v3_and_below_transactional_id=self._id,
            v3_and_below_producer_id=self.producer_id,
            v3_and_below_producer_epoch=self.epoch,
            v3_and_below_topics=[AddPartitionsToTxnTopic(self._story.name("x"), [0])],
        )
        while True:
            (topic,) = self._story.ask(request, 3).results_by_topic_v3_and_below
            (result,) = topic.results_by_partition
            if result.partition_error_code == 0:
                return
            assert result.partition_error_code in {14, 15, 16, 51}, result
            self._story.wait()

    def end(self, *, commit: bool) -> None:
        """EndTxn 4."""
        request = EndTxnRequest(self._id, self.producer_id, self.epoch, commit)
        self._done(lambda: self._story.ask(request, 4))

    def send(
        self,
        sequence: int,
        *,
        version: int,
        is_transactional: bool = True,
        who: tuple[int, int] | None = None,
        **more: Any,
    ) -> Any:
        """Produce one record, as oneself or as another producer id and epoch."""
        producer_id, epoch = who or (self.producer_id, self.epoch)
        records = self._story.batch(
            producer_id=producer_id, producer_epoch=epoch, base_sequence=sequence, transactional=is_transactional
        )
        transactional_id = self._id if is_transactional else None
        return self._story.produced("x", records, version=version, transactional_id=transactional_id, **more)


def transactions(story: Story) -> Iterator[Told]:
    story.create("x", 2)
    one = Producer(story, "one")
    yield "not added, Produce 9", one.send(0, version=9)
    yield "not added, Produce 11", one.send(0, version=11)
    yield "not added, acks 5", one.send(0, version=9, acks=5)
    one.add()
    yield "added", one.send(0, version=9)
    yield "a plain batch meanwhile", one.send(1, version=9, is_transactional=False)
    two = Producer(story, "two")
    yield "begins with 3 in Produce 12", two.send(3, version=12)
    yield "begins with 0 in Produce 12", two.send(0, version=12)
    yield "a retry", without_time(two.send(0, version=12))
    yield "of a strange epoch", one.send(2, version=12, who=(one.producer_id, one.epoch + 9))["error"]
    yield "of a strange producer id", one.send(0, version=12, who=(987_654, 0))["error"]
    for level in (0, 1):
        answer = story.fetched("x", 0, isolation_level=level)
        yield f"open, level {level}", (answer["high"], answer["stable"], answer["aborted"], len(answer["batches"]))
        for timestamp in (-1, -3, story.now_ms):
            label = f"open, {min(timestamp, 0)} at level {level}"
            yield label, story.listed("x", timestamp, isolation_level=level)[:3]
    for producer, commit, end_offset in ((two, False, 3), (one, True, 4)):
        producer.end(commit=commit)
        while story.fetched("x", 0)["high"] < end_offset:  # markers come behind the answer
            story.wait()
    for level in (0, 1):
        answer = story.fetched("x", 0, isolation_level=level)
        if answer["aborted"] is not None:
            answer["aborted"] = [(producer_id - one.producer_id, first) for producer_id, first in answer["aborted"]]
        for one_batch in answer["batches"]:
            del one_batch["producer"]
        yield f"ended, level {level}", answer
    for offset in (1, 2, 3):
        answer = story.fetched("x", offset, isolation_level=1, partition_max_bytes=1)
        yield f"aborts seen from {offset}", [first for _, first in answer["aborted"]]
    yield "of nobody, acks 5", story.produced(
        "x", story.batch(producer_id=7, producer_epoch=0, base_sequence=0, transactional=True),
        acks=5, transactional_id=PREFIX + "nobody",
    )  # fmt: skip
