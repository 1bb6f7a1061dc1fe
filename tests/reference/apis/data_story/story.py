"""What is known while the story is told, requests for one partition, and what is compared of their answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from nilometer_reference.wire.chunks import RecordChunks, join
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.messages.create_topics import CreatableTopic, CreatableTopicConfig, CreateTopicsRequest
from nilometer_reference.wire.messages.list_offsets import ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic
from nilometer_reference.wire.messages.offset_for_leader_epoch import (
    OffsetForLeaderEpochRequest,
    OffsetForLeaderPartition,
    OffsetForLeaderTopic,
)
from nilometer_reference.wire.messages.produce import ProduceRequest
from nilometer_reference.wire.record_encoding import Record, encode_batch
from nilometer_reference.wire.records import Batch, split_batches
from tests.reference.requests import fetch_request, metadata_request, produce_request

PREFIX: Final = "data-story-"
CLOSED: Final = "closed"
HOUR_MS: Final = 3_600_000
Ask = Callable[[Message, int], Any]
Told = tuple[str, Any]


class Story:
    """What is known while it is told."""

    def __init__(self, ask: Ask, now_ms: int, wait: Callable[[], None]) -> None:
        self.ask = ask
        self.now_ms = now_ms
        self.wait = wait
        self.ids: dict[str, bytes] = {}

    def name(self, topic: str) -> str:
        return PREFIX + topic

    def create(self, topic: str, partitions: int = 1, **configs: str) -> None:
        """Create a topic and wait until it is served."""
        named = [CreatableTopicConfig(key.replace("_", "."), value) for key, value in configs.items()]
        created = CreatableTopic(self.name(topic), partitions, 1, configs=named)
        answer = self.ask(CreateTopicsRequest([created], 30_000), 7).topics[0]
        assert answer.error_code == 0, answer
        while True:
            (found,) = self.ask(metadata_request(self.name(topic), allow_auto_topic_creation=False), 12).topics
            if found.error_code == 0 and all(one.error_code == 0 for one in found.partitions):
                break
            self.wait()
        self.ids[topic] = found.topic_id
        for index in range(partitions):
            while self.fetched(topic, 0, index=index)["error"] != 0:
                self.wait()

    def batch(self, count: int = 1, *, time: int = 0, key: bytes | None = None, **fields: Any) -> bytes:
        """A batch whose records are all of one time, counted from now."""
        return encode_batch([Record(-1, self.now_ms + time, key, b"value") for _ in range(count)], **fields)

    def timed(self, *times: int, **fields: Any) -> bytes:
        return encode_batch([Record(-1, self.now_ms + time, None, b"value") for time in times], **fields)

    # Requests for one partition, and what is compared of their answers

    def produced(
        self, topic: str, records: bytes | None, *, index: int = 0, version: int = 9, acks: int = -1, **fields: Any
    ) -> Any:
        transactional_id = fields.pop("transactional_id", None)
        assert not fields, fields
        ids = {self.name(topic): self.ids.get(topic, b"\7" * 16)} if version >= 13 else {}
        request = produce_request(
            (self.name(topic), index, records), acks=acks, transactional_id=transactional_id, topic_ids=ids
        )
        return self.produce(request, version)

    def produce(self, request: ProduceRequest, version: int) -> Any:
        response = self.ask(request, version)
        if response == CLOSED:
            return CLOSED
        answers = [one for topic in response.responses for one in topic.partition_responses]
        plain = [
            {
                "error": one.error_code,
                "base": one.base_offset,
                "time": one.log_append_time_ms if one.log_append_time_ms == -1 else "now",
                "start": one.log_start_offset,
                "records": [error.batch_index for error in one.record_errors],
                "leader": (one.current_leader.leader_id, one.current_leader.leader_epoch),
            }
            for one in answers
        ]
        return plain[0] if len(plain) == 1 else sorted(plain, key=repr)

    def fetched(self, topic: str, offset: int, *, index: int = 0, version: int = 12, **fields: Any) -> Any:
        wanted: str | bytes = self.ids.get(topic, b"\7" * 16) if version >= 13 else self.name(topic)
        response = self.ask(fetch_request((wanted, index, offset), **fields), version)
        if response == CLOSED:
            return CLOSED
        if not response.responses:
            return {"error": response.error_code}
        return self.partition_data(response.responses[0].partitions[0])

    def partition_data(self, data: Any) -> Any:
        records = b"" if data.records is None else data.records
        got = join(records.chunks) if isinstance(records, RecordChunks) else bytes(records)
        batches = list(split_batches(got, drop_partial_tail=True))
        aborted = data.aborted_transactions
        return {
            "error": data.error_code,
            "high": data.high_watermark,
            "stable": data.last_stable_offset,
            "start": data.log_start_offset,
            "aborted": None if aborted is None else [(one.producer_id, one.first_offset) for one in aborted],
            "diverging": (data.diverging_epoch.epoch, data.diverging_epoch.end_offset),
            "leader": (data.current_leader.leader_id, data.current_leader.leader_epoch),
            "replica": data.preferred_read_replica,
            "null": data.records is None,
            "bytes": len(got),
            "batches": [self._batch_facts(one) for one in batches],
        }

    def _batch_facts(self, batch: Batch) -> Any:
        header = batch.header
        assert batch.crc_is_valid
        time = header.max_timestamp - self.now_ms
        return {
            "offsets": (header.base_offset, header.last_offset),
            "epoch": header.partition_leader_epoch,
            "attributes": header.attributes,
            "producer": (header.producer_epoch, header.base_sequence),
            "count": header.record_count,
            "time": "now" if header.is_log_append_time or header.is_control else time,
            "size": header.size,
        }

    def listed(self, topic: str, timestamp: int, *, version: int = 11, index: int = 0, **fields: int) -> Any:
        asked = ListOffsetsPartition(index, fields.pop("leader_epoch", -1), timestamp)
        request = ListOffsetsRequest(
            fields.pop("replica_id", -1),
            fields.pop("isolation_level", 0),
            [ListOffsetsTopic(self.name(topic), [asked])],
        )
        assert not fields
        (answer,) = self.ask(request, version).topics[0].partitions
        time = answer.timestamp if answer.timestamp < 0 else answer.timestamp - self.now_ms
        return answer.error_code, answer.offset, time, answer.leader_epoch

    def epoch_end(self, topic: str, epoch: int, *, version: int = 4, current: int = -1, index: int = 0) -> Any:
        asked = OffsetForLeaderPartition(index, current, epoch)
        request = OffsetForLeaderEpochRequest(
            -1 if version >= 3 else -2, [OffsetForLeaderTopic(self.name(topic), [asked])]
        )
        (answer,) = self.ask(request, version).topics[0].partitions
        return answer.error_code, answer.leader_epoch, answer.end_offset


def without_time(answer: dict[str, Any]) -> dict[str, Any]:
    """Kafka answers a retry with the time of its batch even with CreateTime, where its protocol says -1."""
    return {name: value for name, value in answer.items() if name != "time"}
