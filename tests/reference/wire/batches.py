"""Hypothesis strategies for records and batches, shared by the tests of the wire format and of the log."""

from hypothesis import strategies as st

from nilometer_reference.wire.record_encoding import Record, encode_batch

TIMESTAMP_MAX = 2**42

keys = st.none() | st.binary(max_size=40)
headers = st.lists(st.tuples(st.text(max_size=8), st.none() | st.binary(max_size=8)), max_size=3).map(tuple)
timestamps = st.integers(0, TIMESTAMP_MAX)
codecs = st.sampled_from(range(5))


@st.composite
def record_lists(draw: st.DrawFn, min_size: int = 1, max_size: int = 8) -> list[Record]:
    """Records as a producer makes them: no offsets yet, timestamps in any order."""
    count = draw(st.integers(min_size, max_size))
    return [Record(-1, draw(timestamps), draw(keys), draw(keys), draw(headers)) for _ in range(count)]


@st.composite
def batches(draw: st.DrawFn) -> bytes:
    """Valid batches of every codec, idempotent or not."""
    producer = {}
    if draw(st.booleans()):
        producer = {
            "producer_id": draw(st.integers(0, 2**63 - 1)),
            "producer_epoch": draw(st.integers(0, 2**15 - 1)),
            "base_sequence": draw(st.integers(0, 2**31 - 1)),
            "transactional": draw(st.booleans()),
        }
    return encode_batch(draw(record_lists()), compression=draw(codecs), **producer)
