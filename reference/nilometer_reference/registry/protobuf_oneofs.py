"""What may happen to oneofs between two messages.

    a member, its oneof is still there       in it by its number; gone, at the top level, elsewhere: breaks
    a member, its oneof is gone              anything
    one field of the top level               into a oneof that has no member from before
    two or more into one oneof, or one into a oneof with members from before: breaks

Of fields that share a oneof only the last one that is written keeps its value, so what was apart must not come
together. A member "from before" was in a oneof, of whichever name. Source: Confluent Schema Registry up to 8.3.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from nilometer_reference.registry.protobuf_schema import Message


def moves(reader: Message, writer: Message) -> Iterator[str]:
    """What breaks."""
    for name, written in writer.oneofs.items():
        if name in reader.oneofs:
            kept = {one.number for one in reader.oneofs[name]}
            for one in written:
                if one.number not in kept:
                    yield f"{one.name} is no longer in oneof {name} of {writer.local}"
    for name, read in reader.oneofs.items():
        before = [writer.fields[one.number] for one in read if one.number in writer.fields]
        apart = [one.name for one in before if not one.oneof]
        if len(apart) > 1:
            yield f"{', '.join(apart)} of {writer.local} were apart, and share oneof {name}"
        elif apart and len(before) > 1:
            yield f"{apart[0]} of {writer.local} was in no oneof, and shares {name} with members from before"
