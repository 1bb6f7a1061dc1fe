"""librdkafka through ctypes, such that no Python runs for a message.

    produce    `rd_kafka_produce_batch` over an array made once: one call for thousands of messages, payloads not
               copied, no delivery reports; that nothing was lost or written twice is asked of the broker afterwards
    consume    `rd_kafka_consume_callback` with a C function that does nothing, `labs` of the C library
    latency    a delivery report for each message, whose age librdkafka itself knows

The functions are in rdkafka.h, and so is the layout of `rd_kafka_message_t`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Final

from nilometer.targets.librdkafka_mock_main import find_librdkafka

PRODUCER: Final = 0
CONSUMER: Final = 1
PARTITION: Final = 0
"""All loads go to one partition."""
_BLOCK: Final = 0x4
_BEGINNING: Final = -2
_ERROR_BYTES: Final = 512
_ANSWER_TIMEOUT_MS: Final = 10_000
_POLL_MS: Final = 200
_EVENTS_MAX: Final = 10
"""What consuming serves beside messages: the starts and ends of fetching."""


class RdMessage(ctypes.Structure):
    """`rd_kafka_message_t`."""

    _fields_ = (
        ("err", ctypes.c_int),
        ("rkt", ctypes.c_void_p),
        ("partition", ctypes.c_int32),
        ("payload", ctypes.c_void_p),
        ("len", ctypes.c_size_t),
        ("key", ctypes.c_void_p),
        ("key_len", ctypes.c_size_t),
        ("offset", ctypes.c_int64),
        ("private", ctypes.c_void_p),
    )


class RdPartition(ctypes.Structure):
    """The beginning of `rd_kafka_topic_partition_t`."""

    _fields_ = (("topic", ctypes.c_char_p), ("partition", ctypes.c_int32), ("offset", ctypes.c_int64))


class RdPartitionList(ctypes.Structure):
    """`rd_kafka_topic_partition_list_t`."""

    _fields_ = (("count", ctypes.c_int), ("size", ctypes.c_int), ("elements", ctypes.POINTER(RdPartition)))


DeliveryReport = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(RdMessage), ctypes.c_void_p)


class ClientError(Exception):
    """librdkafka refused, or the broker did."""


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(find_librdkafka())
    pointer, text, int_, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_size_t
    int32, int64 = ctypes.c_int32, ctypes.c_int64
    offset = ctypes.POINTER(int64)
    signatures: dict[str, tuple[object, list[object]]] = {
        "version_str": (text, []),
        "conf_new": (pointer, []),
        "conf_set": (int_, [pointer, text, text, text, size]),
        "conf_set_dr_msg_cb": (None, [pointer, DeliveryReport]),
        "new": (pointer, [int_, pointer, text, size]),
        "destroy": (None, [pointer]),
        "topic_new": (pointer, [pointer, text, pointer]),
        "topic_destroy": (None, [pointer]),
        "produce_batch": (int_, [pointer, int32, int_, pointer, int_]),
        "flush": (int_, [pointer, int_]),
        "poll": (int_, [pointer, int_]),
        "outq_len": (int_, [pointer]),
        "message_latency": (int64, [ctypes.POINTER(RdMessage)]),
        "query_watermark_offsets": (int_, [pointer, text, int32, offset, offset, int_]),
        "consume_start": (int_, [pointer, int32, int64]),
        "consume_stop": (int_, [pointer, int32]),
        "consume_callback": (int_, [pointer, int32, int_, pointer, pointer]),
        "topic_partition_list_new": (ctypes.POINTER(RdPartitionList), [int_]),
        "topic_partition_list_add": (pointer, [pointer, text, int32]),
        "topic_partition_list_destroy": (None, [pointer]),
        "position": (int_, [pointer, pointer]),
        "last_error": (int_, []),
        "err2str": (text, [int_]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, f"rd_kafka_{name}")
        function.restype, function.argtypes = result, arguments
    return library


_library: Final = _load()
_ignore_message: Final = ctypes.cast(ctypes.CDLL(None).labs, ctypes.c_void_p)
"""Called with (message, opaque): it computes from the first, and nobody looks at the result."""


def version() -> str:
    """Of librdkafka."""
    return str(_library.rd_kafka_version_str().decode())


def _raise(what: str, code: int) -> None:
    if code:
        raise ClientError(f"{what}: {_library.rd_kafka_err2str(code).decode()}")


class Client:
    """A producer or consumer of one topic; a context manager."""

    def __init__(
        self,
        kind: int,
        bootstrap: str,
        topic: str,
        settings: Mapping[str, str | int],
        on_delivery: Callable[[int, int], None] | None = None,
    ) -> None:
        """`on_delivery(error code, latency in µs)` is called within `poll`."""
        error = ctypes.create_string_buffer(_ERROR_BYTES)
        conf = _library.rd_kafka_conf_new()
        for name, value in {"bootstrap.servers": bootstrap, **settings}.items():
            if _library.rd_kafka_conf_set(conf, name.encode(), str(value).encode(), error, _ERROR_BYTES):
                raise ClientError(error.value.decode())
        self._keep: list[object] = []
        if on_delivery is not None:

            def report(_client: int, message: ctypes._Pointer[RdMessage], _opaque: int) -> None:
                on_delivery(message.contents.err, _library.rd_kafka_message_latency(message))

            callback = DeliveryReport(report)
            self._keep.append(callback)
            _library.rd_kafka_conf_set_dr_msg_cb(conf, callback)
        self._client = _library.rd_kafka_new(kind, conf, error, _ERROR_BYTES)
        if not self._client:
            raise ClientError(error.value.decode())
        self._name = topic.encode()
        self._topic = _library.rd_kafka_topic_new(self._client, self._name, None)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        _library.rd_kafka_topic_destroy(self._topic)
        _library.rd_kafka_destroy(self._client)

    def watermarks(self) -> tuple[int, int]:
        """First offset (inclusive) and end offset (exclusive), as the broker says. Raises ClientError."""
        low, high = ctypes.c_int64(), ctypes.c_int64()
        code = _library.rd_kafka_query_watermark_offsets(
            self._client, self._name, PARTITION, ctypes.byref(low), ctypes.byref(high), _ANSWER_TIMEOUT_MS
        )
        _raise("watermarks", code)
        return low.value, high.value

    # Producing

    def prepare(self, payload: bytes, count: int) -> ctypes.Array[RdMessage]:
        """An array for `produce`: `count` messages that share one payload."""
        buffer = ctypes.create_string_buffer(payload, len(payload))
        self._keep.append(buffer)
        address = ctypes.addressof(buffer)
        return (RdMessage * count)(*(RdMessage(payload=address, len=len(payload)) for _ in range(count)))

    def produce(self, messages: ctypes.Array[RdMessage]) -> None:
        """Put all in the queue, waiting while it is full. Raises ClientError."""
        taken = _library.rd_kafka_produce_batch(self._topic, PARTITION, _BLOCK, messages, len(messages))
        if taken != len(messages):
            code = next(message.err for message in messages if message.err)
            _raise(f"{len(messages) - taken} of {len(messages)} messages were not taken", code)

    def poll(self, timeout_ms: int) -> int:
        """Serve delivery reports; returns after the first ones."""
        return int(_library.rd_kafka_poll(self._client, timeout_ms))

    def flush(self, timeout_s: float) -> None:
        """Until everything is acknowledged. Raises ClientError."""
        _raise("flush", _library.rd_kafka_flush(self._client, int(1000 * timeout_s)))

    @property
    def unacknowledged(self) -> int:
        return int(_library.rd_kafka_outq_len(self._client))

    # Consuming

    def consume_from_start(self, count: int, timeout_s: float) -> None:
        """Read `count` messages from offset 0 on. Raises ClientError if they do not come."""
        if _library.rd_kafka_consume_start(self._topic, PARTITION, _BEGINNING):
            _raise("consume_start", _library.rd_kafka_last_error())
        served, idle_polls = 0, 0
        # What is served are messages and a few events, so the end is known by the position alone.
        while served < count or self._position() < count:
            got = _library.rd_kafka_consume_callback(self._topic, PARTITION, _POLL_MS, _ignore_message, None)
            if got < 0:
                _raise("consume", _library.rd_kafka_last_error())
            served += got
            idle_polls = 0 if got else idle_polls + 1
            if idle_polls * _POLL_MS > 1000 * timeout_s:
                raise ClientError(f"{self._position()} of {count} messages came, then none for {timeout_s} s")
        position = self._position()
        _library.rd_kafka_consume_stop(self._topic, PARTITION)
        if position != count or served > count + _EVENTS_MAX:
            raise ClientError(f"{served} messages up to {position} came, {count} were written")

    def _position(self) -> int:
        """Offset after the last message that the application was given."""
        partitions = _library.rd_kafka_topic_partition_list_new(1)
        _library.rd_kafka_topic_partition_list_add(partitions, self._name, PARTITION)
        code = _library.rd_kafka_position(self._client, partitions)
        offset = int(partitions.contents.elements[0].offset)
        _library.rd_kafka_topic_partition_list_destroy(partitions)
        _raise("position", code)
        return offset
