"""Can a reader with one Protobuf schema read what was written with another?

    package                           is the same
    message of the writer             the reader has one of that name, at the same place, and each pair of them reads
    field of the writer               looked for by number; it may be gone, unless it was required
    field of the reader               may be new, unless it is required
    both have it                      scalars of one class; two maps, by key and value; two messages of one local name
    labels                            of numbers only, and only where both are written: the same
    oneofs                            see protobuf_oneofs.py

A local name goes without the package of its file. Types of imports are compared where a field has them, as messages;
files are not compared with what they import. Enums, services, options, reservations, extensions and groups are not
compared. Messages may be recursive. All that is asked of a pair must hold for all that it rests on, so the answer is
found by visiting every reachable pair once. Members of a oneof are sought in the oneof of that name.

Source: Confluent Schema Registry up to 8.3.1, its published rules and its answers (kafka-protobuf-provider 7.0.16,
run). It cannot parse editions; here their singular fields have no label, like those of proto3.
"""

from __future__ import annotations

from collections.abc import Iterator

from nilometer_reference.registry.protobuf_oneofs import moves
from nilometer_reference.registry.protobuf_schema import (
    MAP,
    MESSAGE,
    NO_LABEL,
    REQUIRED,
    TEXT,
    Field,
    File,
    Message,
)


def differences(reader: File, writer: File) -> list[str]:
    """Why `reader` may not follow, or precede, `writer`; empty if it may."""
    found = []
    if reader.package != writer.package:
        found.append(f"package {reader.package or 'none'} is not {writer.package or 'none'}")
    walk = _Walk(reader, writer)
    found += walk.same_names("the file", reader.top, writer.top)
    while walk.queue:
        found += walk.pair(*walk.queue.pop(0))
    return list(dict.fromkeys(found))


class _Walk:
    """Pairs of messages that were met, in the order of their meeting."""

    def __init__(self, reader: File, writer: File) -> None:
        self.reader = reader
        self.writer = writer
        self.met: set[tuple[Message, Message]] = set()
        self.queue: list[tuple[Message, Message]] = []

    def note(self, reader: Message, writer: Message) -> None:
        if (reader, writer) not in self.met:
            self.met.add((reader, writer))
            self.queue.append((reader, writer))

    def same_names(self, place: str, readers: dict[str, Message], writers: dict[str, Message]) -> Iterator[str]:
        """Messages of one place."""
        for name, written in writers.items():
            if name in readers:
                self.note(readers[name], written)
            else:
                yield f"message {name} of {place} is gone"

    def pair(self, reader: Message, writer: Message) -> Iterator[str]:
        """Two messages that stand for each other."""
        yield from self.same_names(writer.local, reader.nested, writer.nested)
        for number, written in writer.fields.items():
            read = reader.fields.get(number)
            if read is None:
                if written.label == REQUIRED:
                    yield f"{_place(writer, written)} was required, and is gone"
            elif read.oneof == written.oneof:
                yield from self.types(_place(writer, written), read, written)
                yield from _labels(_place(writer, written), read, written)
            elif read.label == REQUIRED:
                yield f"{_place(writer, written)} was in a oneof, and is required"
        for number, read in reader.fields.items():
            if number not in writer.fields and read.label == REQUIRED:
                yield f"{_place(reader, read)} is new, and required"
        yield from moves(reader, writer)

    def types(self, place: str, read: Field, written: Field) -> Iterator[str]:
        """Two fields of one number, or keys, or values, of two maps."""
        if read.kind != written.kind:
            yield f"{place} is {_kind(read)}, and was {_kind(written)}"
        elif read.kind == MAP:
            for part, key, other in (("key", read.key, written.key), ("value", read.value, written.value)):
                assert key is not None
                assert other is not None
                yield from self.types(f"the {part} of {place}", key, other)
        elif read.kind == MESSAGE:
            one, other_type = self.reader.messages[read.type], self.writer.messages[written.type]
            if one.local != other_type.local:
                yield f"{place} is a {one.local}, and was a {other_type.local}"
            elif not (one.is_own and other_type.is_own):
                self.note(one, other_type)


def _labels(place: str, read: Field, written: Field) -> Iterator[str]:
    is_number = read.kind not in (MAP, MESSAGE, TEXT)
    if is_number and NO_LABEL not in (read.label, written.label) and read.label != written.label:
        yield f"{place} is {read.label}, and was {written.label}"


def _place(message: Message, field: Field) -> str:
    return f"field {field.number} ({field.name}) of {message.local}"


def _kind(field: Field) -> str:
    return f"of the class {field.kind}" if field.kind not in (MAP, MESSAGE) else f"a {field.kind}"
