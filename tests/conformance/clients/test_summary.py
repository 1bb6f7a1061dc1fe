"""Messages as one readable line."""

from nilometer.clients.batches import data_batch
from nilometer.clients.summary import TEXT_MAX, describe_records, summarize
from nilometer_reference.wire.messages import DeleteTopicsRequest, FetchRequest, MetadataRequest, ProduceResponse
from nilometer_reference.wire.messages.delete_topics import DeleteTopicState
from nilometer_reference.wire.messages.fetch import FetchPartition, FetchTopic
from nilometer_reference.wire.messages.metadata import MetadataRequestTopic
from nilometer_reference.wire.messages.produce import PartitionProduceResponse, TopicProduceResponse


def test_defaults_are_left_out_and_offsets_always_shown():
    part = FetchPartition(partition=0, fetch_offset=0, partition_max_bytes=100)
    text = summarize(FetchRequest(max_wait_ms=500, topics=[FetchTopic("t", partitions=[part])]))
    assert text == "max_wait_ms=500 topics=[(topic=t partitions=[(fetch_offset=0 partition_max_bytes=100)])]"


def test_error_codes_have_names_and_zero_is_shown():
    part = PartitionProduceResponse(index=0, error_code=87, base_offset=-1)
    text = summarize(ProduceResponse([TopicProduceResponse("t", partition_responses=[part])]))
    assert "index=0 error_code=INVALID_RECORD(87) base_offset=-1" in text
    part.error_code = 0
    assert "error_code=0" in summarize(ProduceResponse([TopicProduceResponse("t", partition_responses=[part])]))


def test_an_entry_that_is_all_default_is_still_seen():
    assert summarize(DeleteTopicsRequest(topics=[DeleteTopicState()])) == "topics=[()]"


def test_bytes_are_hex_and_long_lists_and_texts_are_cut_and_say_so():
    topics = [MetadataRequestTopic(name=f"topic-{number}") for number in range(40)]
    text = summarize(MetadataRequest(topics=topics))
    assert "… 28 more" in text
    long = summarize(MetadataRequest(topics=[MetadataRequestTopic(name="x" * 5_000)]))
    assert len(long) < TEXT_MAX + 40
    assert "characters more" in long
    ids = summarize(MetadataRequest(topics=[MetadataRequestTopic(topic_id=bytes(range(16)), name=None)]))
    assert "topic_id=000102030405060708090a0b0c0d0e0f" in ids


def test_unknown_tags_are_counted():
    assert summarize(MetadataRequest(topics=None, unknown_tags={7: b"abc"})) == "topics=None unknown_tags={7: 3 bytes}"


def test_record_sets_are_their_batches():
    plain = data_batch("t", 3)
    assert describe_records(plain) == f"{{{len(plain)} bytes: 0..2}}"
    numbered = data_batch("t", producer_id=5, producer_epoch=1, base_sequence=7, transactional=True)
    assert "0..0 producer 5/1 sequence 7 transactional" in describe_records(numbered)
    assert "no batch" in describe_records(b"")
    assert "?" in describe_records(b"\x00" * 80)
    assert describe_records(data_batch("t") * 9).endswith("…}")
