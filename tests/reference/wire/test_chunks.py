"""Chunks: bytes and slices of files in one list."""

from dataclasses import dataclass

from nilometer_reference.wire.chunks import RecordChunks, chunk_length, join


@dataclass
class Slice:
    data: bytes
    position: int = 0

    @property
    def length(self) -> int:
        return len(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def fileno(self) -> int:
        return -1

    def read(self) -> bytes:
        return self.data


def test_lengths_and_contents_of_bytes_and_slices_add_up() -> None:
    chunks = [b"a", bytearray(b"bc"), memoryview(b"def"), Slice(b"ghij")]
    assert [chunk_length(chunk) for chunk in chunks] == [1, 2, 3, 4]
    assert join(chunks) == b"abcdefghij"
    assert RecordChunks(chunks, 10).size == len(join(chunks))
