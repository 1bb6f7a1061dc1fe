"""Kinds of differences between .proto files, and the dialects: which kinds break, and where oneofs are looked at.

dialect               who answers so
confluent             Confluent Schema Registry up to 8.3.1; members of a oneof are sought in the oneof of that name
confluent-by-number   its source since 2026-06-19: every field by its number, wherever it stands
karapace              compares labels also where none is written; message names and packages do not count
redpanda              full names of messages; simple names of a field's type
apicurio              types and labels must be equal; packages, moved messages and oneofs are not compared
buf-wire, buf-csr     `buf breaking`, categories WIRE and CSR

Laws: what buf-csr accepts, confluent and buf-wire accept; what apicurio accepts, confluent accepts, but for packages
and oneofs. Sources: the rows were run, those of redpanda and apicurio read (Redpanda 2024-12, Apicurio 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can differ, seen from a reader; each is told in every dialect and breaks in some."""

    PACKAGE = "package changed"
    MESSAGE_REMOVED = "message removed"
    EMPTY_MESSAGE_REMOVED = "message without fields removed"
    MESSAGE_ADDED = "message added"
    RPC_REMOVED = "rpc removed"
    RPC_SIGNATURE = "rpc signature changed"

    ENUM_REMOVED = "enum removed"
    CONSTANT_REMOVED = "enum constant removed"
    CONSTANT_REMOVED_RESERVED = "enum constant removed, its number reserved"
    CONSTANT_RENAMED = "enum constant renamed"
    CONSTANT_ADDED = "enum constant added"

    FIELD_REMOVED = "field removed"
    FIELD_REMOVED_NUMBER = "field removed, its number reserved"
    FIELD_REMOVED_RESERVED = "field removed, its number and name reserved"
    FIELD_RENUMBERED = "field of this name has another number"
    FIELD_RENAMED = "field renamed"
    MAP_RENAMED = "map renamed, and with it its entries"
    FIELD_ADDED = "field added"
    REQUIRED_REMOVED = "required field removed"
    REQUIRED_ADDED = "required field added"
    RESERVED_USED = "reserved number or name used"
    RESERVED_REMOVED = "reservation removed"

    FIELD_KIND = "scalar, map or message changed"
    SCALAR_CLASS = "scalar of another class"
    SCALAR = "scalar of the same class"
    STRING_TO_BYTES = "string read as bytes"
    BYTES_TO_STRING = "bytes read as string"
    ENUM_NUMBER = "enum and number"
    ENUM_TYPE = "another enum"
    MESSAGE_NAME = "message type of another name"
    MESSAGE_PLACE = "message type of this name, nested elsewhere"
    MESSAGE_PACKAGE = "message type of another package"

    REPEATED_NUMBER_WRITTEN = "repeated or not, of a number, both labels written"
    REPEATED_NUMBER = "repeated or not, of a number"
    REPEATED_OTHER = "repeated or not, of text or a message"
    REQUIRED_NUMBER_WRITTEN = "required or not, of a number, both labels written"
    REQUIRED_NUMBER = "required or not, of a number"
    REQUIRED_OTHER = "required or not, of text or a message"
    PRESENCE_NUMBER = "optional or no label, of a number"
    PRESENCE_OTHER = "optional or no label, of text or a message"

    INTO_NEW_ONEOF = "field moved into a new oneof"
    INTO_OLD_ONEOF = "field moved into a oneof that was there"
    SEVERAL_INTO_ONEOF = "several fields moved into one oneof"
    ONEOFS_MERGED = "members of several oneofs in one"
    MEMBER_REMOVED = "member of a oneof removed"
    MEMBER_REMOVED_WITH_ONEOF = "member removed with its oneof"
    MEMBER_OUT = "member of a oneof moved to the top level"
    MEMBER_OUT_WITH_ONEOF = "member moved to the top level, its oneof is gone"
    MEMBER_ELSEWHERE = "member moved to another oneof"
    MEMBER_ELSEWHERE_WITH_ONEOF = "member moved to another oneof, its own is gone"


REPEATED = frozenset({Kind.REPEATED_NUMBER_WRITTEN, Kind.REPEATED_NUMBER, Kind.REPEATED_OTHER})
REQUIRED = frozenset({Kind.REQUIRED_NUMBER_WRITTEN, Kind.REQUIRED_NUMBER, Kind.REQUIRED_OTHER})
PRESENCE = frozenset({Kind.PRESENCE_NUMBER, Kind.PRESENCE_OTHER})
REQUIRED_FIELDS = frozenset({Kind.REQUIRED_ADDED, Kind.REQUIRED_REMOVED})
TYPES = frozenset({Kind.FIELD_KIND, Kind.SCALAR_CLASS})
IN_CLASS = frozenset({Kind.SCALAR, Kind.STRING_TO_BYTES, Kind.BYTES_TO_STRING, Kind.ENUM_NUMBER, Kind.ENUM_TYPE})
ONEOFS = frozenset({
    Kind.INTO_NEW_ONEOF, Kind.INTO_OLD_ONEOF, Kind.SEVERAL_INTO_ONEOF, Kind.ONEOFS_MERGED, Kind.MEMBER_OUT,
    Kind.MEMBER_OUT_WITH_ONEOF, Kind.MEMBER_ELSEWHERE, Kind.MEMBER_ELSEWHERE_WITH_ONEOF,
})  # fmt: skip
CONFLUENT_BREAKING = frozenset({
    Kind.PACKAGE, Kind.MESSAGE_REMOVED, Kind.EMPTY_MESSAGE_REMOVED, *REQUIRED_FIELDS, *TYPES, Kind.MESSAGE_NAME,
    Kind.MESSAGE_PLACE, Kind.REPEATED_NUMBER_WRITTEN, Kind.REQUIRED_NUMBER_WRITTEN, Kind.INTO_OLD_ONEOF,
    Kind.SEVERAL_INTO_ONEOF, Kind.MEMBER_REMOVED,
})  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """What one implementation answers."""

    name: str
    source: str
    breaking: frozenset[Kind]
    by_container: bool = False
    """A oneof is known by its name; fields that change their container are not compared."""
    groups: bool = True
    """Groups of proto2 are compared, as fields and as the messages that they are."""


CONFLUENT = Dialect(
    "confluent", "io.confluent:kafka-protobuf-provider 7.0.16, run",
    CONFLUENT_BREAKING | {Kind.MEMBER_OUT, Kind.MEMBER_ELSEWHERE}, by_container=True, groups=False,
)  # fmt: skip
CONFLUENT_BY_NUMBER = Dialect(
    "confluent-by-number", "Confluent Schema Registry since 2026-06-19, read",
    CONFLUENT_BREAKING | {Kind.ONEOFS_MERGED}, groups=False,
)  # fmt: skip
KARAPACE = Dialect(
    "karapace", "Karapace 6.2, run", frozenset({
        Kind.MESSAGE_REMOVED, Kind.EMPTY_MESSAGE_REMOVED, Kind.FIELD_RENUMBERED, *TYPES, Kind.REPEATED_NUMBER,
        Kind.REPEATED_NUMBER_WRITTEN, Kind.REQUIRED_NUMBER, Kind.REQUIRED_NUMBER_WRITTEN, Kind.PRESENCE_NUMBER,
        Kind.SEVERAL_INTO_ONEOF, Kind.MEMBER_REMOVED, Kind.MEMBER_OUT, Kind.MEMBER_OUT_WITH_ONEOF,
    }),
)  # fmt: skip
REDPANDA = Dialect(
    "redpanda", "Redpanda 2024-12, read", frozenset({
        Kind.PACKAGE, Kind.MESSAGE_REMOVED, Kind.EMPTY_MESSAGE_REMOVED, *REQUIRED_FIELDS, *REQUIRED, *TYPES,
        Kind.MESSAGE_NAME, Kind.SEVERAL_INTO_ONEOF, Kind.MEMBER_REMOVED, Kind.MEMBER_OUT,
    }),
)  # fmt: skip
APICURIO = Dialect(
    "apicurio", "Apicurio Registry 3.3, read", frozenset({
        Kind.FIELD_REMOVED, Kind.FIELD_REMOVED_NUMBER, Kind.MESSAGE_REMOVED, Kind.FIELD_RENAMED, Kind.FIELD_RENUMBERED,
        Kind.MAP_RENAMED, *REQUIRED_FIELDS, Kind.RESERVED_USED, Kind.RESERVED_REMOVED, *TYPES, *IN_CLASS,
        Kind.MESSAGE_NAME, Kind.MESSAGE_PLACE,
        Kind.MESSAGE_PACKAGE, *REPEATED, *REQUIRED, *PRESENCE, Kind.RPC_REMOVED, Kind.RPC_SIGNATURE,
    }),
)  # fmt: skip
BUF_WIRE = Dialect(
    "buf-wire", "buf 1.75.0, category WIRE, run", frozenset({
        Kind.PACKAGE, Kind.FIELD_REMOVED, Kind.MAP_RENAMED, *REQUIRED_FIELDS, Kind.RESERVED_USED, Kind.RESERVED_REMOVED,
        *TYPES, Kind.BYTES_TO_STRING, Kind.ENUM_NUMBER, Kind.ENUM_TYPE, Kind.MESSAGE_NAME, Kind.MESSAGE_PLACE,
        Kind.MESSAGE_PACKAGE, *REPEATED, *REQUIRED, Kind.RPC_SIGNATURE, Kind.CONSTANT_REMOVED, *ONEOFS,
    }),
)  # fmt: skip
BUF_CSR = Dialect(
    "buf-csr", "buf 1.75.0, category CSR, run", frozenset({
        *BUF_WIRE.breaking, Kind.FIELD_REMOVED_NUMBER, Kind.FIELD_REMOVED_RESERVED, Kind.FIELD_RENAMED, *IN_CLASS,
        Kind.MESSAGE_REMOVED, Kind.EMPTY_MESSAGE_REMOVED, Kind.ENUM_REMOVED, Kind.CONSTANT_REMOVED_RESERVED,
        Kind.CONSTANT_RENAMED,
    }),
)  # fmt: skip
DIALECTS = {
    one.name: one
    for one in (CONFLUENT, CONFLUENT_BY_NUMBER, KARAPACE, REDPANDA, APICURIO, BUF_WIRE, BUF_CSR)
}  # fmt: skip


def dialect(name: str) -> Dialect:
    """By its name; KeyError for any other."""
    return DIALECTS[name]
