"""What happens to oneofs between two messages: where fields went that were in one, and where those came from that are.

from                to                         kind
a oneof             nowhere                    MEMBER_REMOVED, or ..._WITH_ONEOF where the oneof has gone too
a oneof             the top level              MEMBER_OUT, or ..._WITH_ONEOF
a oneof             another                    MEMBER_ELSEWHERE, or ..._WITH_ONEOF
the top level       a new oneof                INTO_NEW_ONEOF; two or more: SEVERAL_INTO_ONEOF
the top level       one that was there         INTO_OLD_ONEOF
two oneofs          one                        ONEOFS_MERGED (seen by number only)

A value of a field that shares its oneof with another is lost when the other is written too; that is why origins count.
A oneof "was there" when one of its members was in a oneof, of whichever name. It "has gone", by container, when none of
its name is left; by number, when none of its members is.
"""

from __future__ import annotations

from collections.abc import Iterator

from nilometer_models.schema.protobuf.dialects import Kind
from nilometer_models.schema.protobuf.nodes import Field, Message


def moves(reader: Message, writer: Message, *, by_container: bool) -> Iterator[tuple[Kind, str, int]]:
    """Kind, sentence and field number of everything that happened to the oneofs."""
    for name, members in writer.members.items():
        for member in members:
            yield from _left(reader, name, members, member, by_container=by_container)
    for name, members in reader.members.items():
        yield from _joined(writer, name, members, by_container=by_container)


def _left(
    reader: Message, name: str, members: tuple[Field, ...], member: Field, *, by_container: bool
) -> Iterator[tuple[Kind, str, int]]:
    named = name in reader.oneofs
    now = reader.by_number.get(member.number)
    told = f"{member.name} was in oneof {name}"
    if now is None:
        there = named if by_container else any(one.number in reader.by_number for one in members)
        kind = Kind.MEMBER_REMOVED if there else Kind.MEMBER_REMOVED_WITH_ONEOF
        yield kind, f"{told} and is gone", member.number
    elif not now.oneof:
        kind = Kind.MEMBER_OUT if named else Kind.MEMBER_OUT_WITH_ONEOF
        yield kind, f"{told} and is in none", member.number
    elif now.oneof != name:
        kind = Kind.MEMBER_ELSEWHERE if named else Kind.MEMBER_ELSEWHERE_WITH_ONEOF
        yield kind, f"{told} and is in oneof {now.oneof}", member.number


def _joined(
    writer: Message, name: str, members: tuple[Field, ...], *, by_container: bool
) -> Iterator[tuple[Kind, str, int]]:
    before = [writer.by_number[one.number] for one in members if one.number in writer.by_number]
    single = [one for one in before if not one.oneof]
    origins = dict.fromkeys(one.oneof for one in before if one.oneof)
    words = ", ".join(one.name for one in single)
    if len(single) > 1:
        yield Kind.SEVERAL_INTO_ONEOF, f"{words} were in no oneof and share {name}", single[0].number
    elif single:
        kind = Kind.INTO_OLD_ONEOF if origins else Kind.INTO_NEW_ONEOF
        yield kind, f"{words} was in no oneof and is in {name}", single[0].number
    # Of two oneofs one of each may be set at once, of one only one.
    if len(origins) > 1 and not by_container:
        yield Kind.ONEOFS_MERGED, f"oneof {name} holds members of {', '.join(origins)}", members[0].number
