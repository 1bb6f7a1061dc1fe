"""Frames that nobody should send: random bytes, random messages of every served API, and mutated ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from nilometer_reference.apis.registry import served_apis
from nilometer_reference.wire import table
from nilometer_reference.wire.frames import SIZE, encode_request
from nilometer_reference.wire.record_encoding import Record, encode_batch
from tests.reference.wire.sample_messages import Sampler


class _WithBatches(Sampler):
    """Record sets are real batches now and then, so that mutations reach behind their headers."""

    def _value(self, message: table.Message, version: int, each: table.Field, element: str) -> object:
        if element == "records" and self.random.random() < 0.7:
            codec = self.random.randrange(5)
            records = [Record(-1, self.random.randrange(2**41), b"k", self.random.randbytes(9)) for _ in range(3)]
            return encode_batch(records, compression=codec, producer_id=self.random.choice((-1, 0, 1)), base_sequence=0)
        return super()._value(message, version, each, element)


def requests(random: Random, count: int) -> list[bytes]:
    """Whole frames with their size, of every served (API, version) in turn, with random contents."""
    sampler = _WithBatches(random)
    served = [
        (api, version) for api in served_apis().values() for version in range(api.versions[0], api.versions[1] + 1)
    ]
    frames = []
    for number in range(count):
        api, version = served[number % len(served)]
        message = sampler.message(table.message(api.request.__name__), version)
        frames.append(encode_request(message, version, number, "hostile"))
    return frames


def mutated(random: Random, frame: bytes) -> bytes:
    """The frame with bytes changed, inserted, removed or cut; its size is made right more often than not."""
    data = bytearray(frame[SIZE.size :])
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        at = random.randrange(len(data)) if data else 0
        match random.randrange(6):
            case 0 | 1 if data:
                data[at] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
            case 2:
                data[at:at] = random.randbytes(random.randint(1, 8))
            case 3:
                del data[at : at + random.randint(1, 8)]
            case 4:
                del data[at:]
            case _:
                data[at : at + 4] = random.choice((b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(4), b"\x80\x80\x80\x80"))
    size = len(data) if random.random() < 0.9 else random.choice((-1, 0, len(data) + 1, 2**31 - 1, len(data) // 2))
    return SIZE.pack(size) + bytes(data)


def frames(seed: int, count: int, bases: Sequence[bytes] | None = None) -> Iterator[bytes]:
    """`count` hostile frames: one in ten random bytes, one in ten well-formed, the others mutated."""
    random = Random(seed)
    bases = bases or requests(random, 2_000)
    for _ in range(count):
        kind = random.random()
        if kind < 0.05:
            yield random.randbytes(random.randint(1, 60))
        elif kind < 0.1:
            body = random.randbytes(random.randint(0, 60))
            yield SIZE.pack(len(body)) + body
        elif kind < 0.2:
            yield random.choice(bases)
        else:
            yield mutated(random, random.choice(bases))
