"""Hostile bytes are small, repeatable, and name nothing but the victim."""

import random
import struct

from nilometer.requirements.wire._hostile import BOMB_BYTES, bodies, frames, mutated
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.compression import decompress
from nilometer_reference.wire.records import Batch


def test_frames_are_small_and_lie():
    found = list(frames())
    assert len({what for what, _ in found}) == len(found) > 20
    assert all(len(data) < 1_000 for _, data in found)


def test_bombs_are_small_and_unpack_to_much():
    for what, data in bodies("t"):
        assert len(data) < 1_500_000, what
        if "unpack" in what:
            batch = Batch.parse(data)
            assert batch.crc_is_valid
            size = len(decompress(batch.header.compression, batch.payload, BOMB_BYTES))
            assert size >= 16 << 20, what


def test_mutations_are_repeatable_and_keep_the_key_and_the_version():
    request = m.MetadataRequest(topics=[])
    first, second = ([mutated(random.Random(seed), request, 9) for seed in range(200)] for _ in range(2))
    assert first == second
    for _, data in first:
        assert struct.unpack_from(">hh", data, 4) == (3, 9)
        assert struct.unpack(">i", data[:4])[0] == len(data) - 4
    assert len({data for _, data in first}) > 100
