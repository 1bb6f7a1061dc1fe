"""One change a row, as the note's table of dialects has them: writer (old), reader (new), who accepts it (BACKWARD)."""

from typing import NamedTuple

from nilometer_models.schema.protobuf import Schema, parse

CONTAINER, NUMBER, KARAPACE, REDPANDA, APICURIO = "confluent", "confluent-by-number", "karapace", "redpanda", "apicurio"
WIRE, CSR = "buf-wire", "buf-csr"
CONFLUENT = CONTAINER + " " + NUMBER
REGISTRIES = f"{CONFLUENT} {KARAPACE} {REDPANDA}"
ALL = f"{REGISTRIES} {APICURIO} {WIRE} {CSR}"


class Change(NamedTuple):
    """`accepted` are the names of dialects."""

    name: str
    old: str
    new: str
    accepted: str = ""

    @property
    def writer(self) -> Schema:
        return parse(self.old)

    @property
    def reader(self) -> Schema:
        return parse(self.new)


def proto3(body: str, *, package: str = "p") -> str:
    return f'syntax = "proto3"; package {package}; {body}'


def proto2(body: str) -> str:
    return f'syntax = "proto2"; package p; {body}'


def fields(name: str, old: str, new: str, accepted: str = "", *, more: str = "") -> Change:
    """Of one message, proto3."""
    return Change(name, proto3(f"{more} message M {{ {old} }}"), proto3(f"{more} message M {{ {new} }}"), accepted)


def fields2(name: str, old: str, new: str, accepted: str = "") -> Change:
    """The same, proto2."""
    return Change(name, proto2(f"message M {{ {old} }}"), proto2(f"message M {{ {new} }}"), accepted)


KEPT = "string kept = 9;"
ENUM = "enum E { ZERO = 0; ONE = 1; }"
SERVICE = "message A {} message B {} service S { rpc C(A) returns (B);"
TABLE = [
    fields("field removed", KEPT + "int32 a = 1;", KEPT, REGISTRIES),
    fields("field removed, number reserved", KEPT + "int32 a = 1;", KEPT + "reserved 1;", f"{REGISTRIES} {WIRE}"),
    fields(
        "field removed, number and name reserved", KEPT + "int32 a = 1;", KEPT + 'reserved 1; reserved "a";',
        f"{REGISTRIES} {APICURIO} {WIRE}",
    ),
    fields("field renamed", "int32 a = 1;", "int32 b = 1;", f"{REGISTRIES} {WIRE}"),
    fields("map renamed", "map<bool, bool> a = 1;", "map<bool, bool> b = 1;", REGISTRIES),
    fields("field renumbered", "int32 a = 1;", "int32 a = 2;", f"{CONFLUENT} {REDPANDA}"),
    fields("field added", KEPT, KEPT + "int32 a = 1;", ALL),
    fields("scalar inside its class", "int32 a = 1;", "int64 a = 1;", f"{REGISTRIES} {WIRE}"),
    fields("string to bytes", "string a = 1;", "bytes a = 1;", f"{REGISTRIES} {WIRE}"),
    fields("bytes to string", "bytes a = 1;", "string a = 1;", REGISTRIES),
    fields("enum to int32", "E a = 1;", "int32 a = 1;", REGISTRIES, more=ENUM),
    fields("int32 to enum", "int32 a = 1;", "E a = 1;", REGISTRIES, more=ENUM),
    fields(
        "enum to another enum", "E a = 1;", "F a = 1;", REGISTRIES, more=ENUM + "enum F { NULL = 0; ONE_F = 1; }"
    ),
    fields("scalar to another class", "int32 a = 1;", "sint32 a = 1;"),
    fields("scalar to text", "int32 a = 1;", "string a = 1;"),
    fields("scalar to message", "int32 a = 1;", "X a = 1;", more="message X {}"),
    fields("map to message", "map<string, X> a = 1;", "X a = 1;", more="message X {}"),
    fields(
        "map value inside its class", "map<string, int32> a = 1;", "map<string, int64> a = 1;", f"{REGISTRIES} {WIRE}"
    ),
    fields("map value to another class", "map<string, int32> a = 1;", "map<string, float> a = 1;"),
    fields("map key to another class", "map<string, int32> a = 1;", "map<int32, int32> a = 1;"),
    fields("message type to another name", "X a = 1;", "Y a = 1;", KARAPACE, more="message X {} message Y {}"),
    fields("repeated to singular, numeric", "repeated int32 a = 1;", "int32 a = 1;", f"{CONFLUENT} {REDPANDA}"),
    fields("singular to repeated, numeric", "int32 a = 1;", "repeated int32 a = 1;", f"{CONFLUENT} {REDPANDA}"),
    fields("repeated to singular, text", "repeated string a = 1;", "string a = 1;", REGISTRIES),
    fields("singular to repeated, text", "string a = 1;", "repeated string a = 1;", REGISTRIES),
    fields("singular to optional", "int32 a = 1;", "optional int32 a = 1;", f"{CONFLUENT} {REDPANDA} {WIRE} {CSR}"),
    fields2("optional to required, numeric", "optional int32 a = 1;", "required int32 a = 1;"),
    fields2("optional to repeated, numeric", "optional int32 a = 1;", "repeated int32 a = 1;", REDPANDA),
    fields2(
        "optional to repeated, text", "optional string a = 1;", "repeated string a = 1;",
        f"{CONFLUENT} {KARAPACE} {REDPANDA}",
    ),
    fields2("required added", "optional int32 b = 2;", "optional int32 b = 2; required int32 a = 1;", KARAPACE),
    fields2("required removed", "optional int32 b = 2; required int32 a = 1;", "optional int32 b = 2;", KARAPACE),
    Change("package changed", proto3("message M {}"), proto3("message M {}", package="q"), f"{KARAPACE} {APICURIO}"),
    Change("message removed", proto3("message M { int32 a = 1; } message N {}"), proto3("message N {}"), WIRE),
    Change("message moved", proto3("message M {} message N {}"), proto3("message N {} message M {}"), ALL),
    Change("message added", proto3("message M {}"), proto3("message M {} message N { int32 a = 1; }"), ALL),
    Change(
        "enum constant added", proto3("enum E { ZERO = 0; }"), proto3("enum E { ZERO = 0; ONE = 1; }"), ALL
    ),
    Change(
        "enum constant removed", proto3("enum E { ZERO = 0; ONE = 1; }"), proto3("enum E { ZERO = 0; }"),
        f"{REGISTRIES} {APICURIO}",
    ),
    Change(
        "enum constant removed, number reserved", proto3("enum E { ZERO = 0; ONE = 1; }"),
        proto3("enum E { ZERO = 0; reserved 1; }"), f"{REGISTRIES} {APICURIO} {WIRE}",
    ),
    Change(
        "enum constant renamed", proto3("enum E { ZERO = 0; }"), proto3("enum E { NONE = 0; }"),
        f"{REGISTRIES} {APICURIO} {WIRE}",
    ),
    Change(
        "rpc removed", proto3(SERVICE + "rpc D(A) returns (A); }"), proto3(SERVICE + "}"),
        f"{REGISTRIES} {WIRE} {CSR}",
    ),
    Change(
        "rpc signature changed", proto3(SERVICE + "rpc D(A) returns (A); }"),
        proto3(SERVICE + "rpc D(A) returns (B); }"),
        REGISTRIES,
    ),
    fields("one field into a new oneof", "int32 a = 1;", "oneof o { int32 a = 1; }", f"{REGISTRIES} {APICURIO}"),
    fields(
        "two fields into one oneof", "int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }", APICURIO
    ),
    fields(
        "a field into an existing oneof", "oneof o { int32 a = 1; } int32 b = 2;",
        "oneof o { int32 a = 1; int32 b = 2; }", f"{KARAPACE} {REDPANDA} {APICURIO}",
    ),
    fields(
        "oneof member to the top level", "oneof o { int32 a = 1; int32 b = 2; }",
        "oneof o { int32 a = 1; } int32 b = 2;", f"{NUMBER} {APICURIO}",
    ),
    fields(
        "oneof member to the top level, the oneof goes", "oneof o { int32 a = 1; }", "int32 a = 1;",
        f"{CONFLUENT} {REDPANDA} {APICURIO}",
    ),
    fields("oneof added with a new field", KEPT, KEPT + "oneof o { int32 a = 1; }", ALL),
    fields("field added to a oneof", "oneof o { int32 a = 1; }", "oneof o { int32 a = 1; int32 b = 2; }", ALL),
    Change("empty message removed", proto3("message M {} message N {}"), proto3("message N {}"), f"{APICURIO} {WIRE}"),
    Change(
        "enum removed", proto3("enum E { ZERO = 0; } enum F { NULL = 0; }"), proto3("enum F { NULL = 0; }"),
        f"{REGISTRIES} {APICURIO} {WIRE}",
    ),
    fields("singular to optional, text", "string a = 1;", "optional string a = 1;", f"{REGISTRIES} {WIRE} {CSR}"),
    fields2(
        "optional to required, text", "optional string a = 1;", "required string a = 1;", f"{CONFLUENT} {KARAPACE}"
    ),
    Change(
        "message type nested elsewhere", proto3("message M { X x = 1; } message X {}"),
        proto3("message M { message X {} X x = 1; } message X {}"), f"{KARAPACE} {REDPANDA}",
    ),
    fields("reservation removed", KEPT + "reserved 1;", KEPT, REGISTRIES),
    fields("reserved number used again", KEPT + "reserved 1;", KEPT + "int32 a = 1;", REGISTRIES),
]  # fmt: skip
"""Of the note's table. Where it says nothing of a dialect (fields and oneofs added, maps), the answer is ours."""
CONTAINERS = [
    fields(
        "member missing from the oneof of its name", "oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; }"
    ),
    fields("all members gone with their oneof", KEPT + "oneof o { int32 a = 1; }", KEPT, CONFLUENT),
    fields("oneof renamed", "oneof o { int32 a = 1; }", "oneof p { int32 a = 1; }", CONFLUENT),
    fields(
        "a oneof whose name is gone takes a member along", "oneof o { int32 a = 1; int32 b = 2; }",
        "oneof p { int32 a = 1; }", CONTAINER,
    ),
    fields(
        "type changed on the way into a oneof", "int32 a = 1;", "oneof o { string a = 1; }", CONTAINER
    ),
    fields(
        "type changed on the way to another oneof", "oneof o { int32 a = 1; }", "oneof p { string a = 1; }", CONTAINER
    ),
    fields(
        "two oneofs become one", "oneof o { int32 a = 1; } oneof p { int32 b = 2; }",
        "oneof q { int32 a = 1; int32 b = 2; }", CONTAINER,
    ),
    fields(
        "a field joins the members of a renamed oneof", "oneof o { int32 a = 1; } int32 b = 2;",
        "oneof q { int32 a = 1; int32 b = 2; }", 
    ),
    fields(
        "a member moves to another oneof that stays", "oneof o { int32 a = 1; int32 b = 2; } oneof p { int32 c = 3; }",
        "oneof o { int32 a = 1; } oneof p { int32 b = 2; int32 c = 3; }",
    ),
]  # fmt: skip
"""Where the two variants of `confluent` differ; only they are asked."""
