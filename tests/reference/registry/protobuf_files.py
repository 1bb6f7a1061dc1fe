"""Files of the language of .proto that say much, and descriptors that protoc makes of them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet
from grpc_tools import protoc

MAIN = "main.proto"
PROTO2 = r"""syntax = "proto2";
package a.b;
import "google/protobuf/descriptor.proto";
import public "google/protobuf/any.proto";
option java_package = "x\ty\"";
option optimize_for = CODE_SIZE;
extend google.protobuf.FieldOptions {
  optional Opt opt = 50001; repeated string many = 50002; optional float f = 50003; optional bytes bb = 50004;
  optional E ee = 50005;
}
message Opt {
  optional string s = 1; repeated Opt o = 2; extensions 10 to 20;
  optional group Q = 3 { optional int32 z = 1; }
}
extend Opt { optional int32 ext = 10; }
enum E { option allow_alias = true; A = 1; B = 1; NEG = -5; C = 7 [deprecated = true]; reserved 100 to max, -10 to -8;
  reserved "ZZ"; }
message M {
  message First {}
  optional group G = 1 { optional int32 x = 1; message InG {} repeated group H = 2 { optional string y = 1; } }
  message Second { extensions 4, 20 to 30; extensions 1000 to max [verification = UNVERIFIED]; }
  oneof choice { option (oo) = 5; int32 c1 = 3; group Grp = 4 { optional int32 x = 1; } string c2 = 5; }
  message Third {}
  required int32 r = 6 [default = -3];
  optional string s = 7 [default = "a\"\n\\\xe2\x82\xac"];
  optional bytes by = 8 [default = "a\"\n\\\xff\000z"];
  optional double d = 9 [default = inf];
  optional float d2 = 10 [default = -inf];
  optional float d3 = 11 [default = nan];
  optional float d4 = 12 [default = 1e-7];
  optional E e = 13 [default = NEG];
  optional bool b = 14 [default = true];
  repeated int32 p = 15 [packed = true, (opt) = { s: "q'\"" o { s: "in" [a.b.ext]: 4 } Q { z: 1 } }, (many) = "a",
    (many) = "b", (f) = 1e30, (bb) = "\001\377\"x", (ee) = NEG, (opt).(a.b.s2) = 5];
  map<string, Second> mm = 16;
  message Fourth {}
  map<int32, bytes> nn = 17;
  reserved 100, 200 to 300, 1000 to max; reserved "foo", "bar";
  extend Second { optional int32 in_m = 4; optional group XG = 20 { optional int32 g = 1; } optional int32 x = 21; }
  enum Inner { I = 0; }
  optional .a.b.M.Second sec = 18 [json_name = "SEC", deprecated = true];
}
extend Opt { optional int32 s2 = 11; }
extend google.protobuf.OneofOptions { optional int32 oo = 50001; }
message SetLike { option message_set_wire_format = true; extensions 4 to max; }
service S {
  option deprecated = true;
  rpc A(M) returns (stream Opt) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc B(stream M) returns (M);
}
"""
PROTO3 = """syntax = "proto3";
import weak "google/type/date.proto";
import "confluent/meta.proto";
message M {
  option (confluent.message_meta) = { doc: "said" tags: "PII" };
  optional int32 a = 1;
  map<string, N> m = 2;
  message N { map<int32, M> q = 1; }
  map<bool, E> e = 3 [deprecated = true];
  optional N n = 4;
  oneof x { N n2 = 5; google.type.Date on = 7; }
  message Z { message Y { map<string, string> s = 1; message YY {} } }
}
enum E { ZERO = 0; TWO = 2; MINUS = -1; }
message weird_Name_ {
  int32 foo_bar = 1 [json_name = "foo_bar"]; int32 _lead = 2; int32 a__b = 3;
  repeated int32 unpacked = 4 [packed = false]; string x1_y2 = 5; bytes __ = 6;
}
"""
EDITION_2023 = """edition = "2023";
package ed;
option features.field_presence = IMPLICIT;
message M {
  string a = 1 [features.field_presence = EXPLICIT];
  int32 b = 2 [features.field_presence = LEGACY_REQUIRED];
  repeated int32 c = 3 [features.repeated_field_encoding = EXPANDED];
  M m = 4 [features.message_encoding = DELIMITED];
  reserved foo, bar;
  map<string, M> mm = 5;
  message N {}
  enum E { option features.enum_type = CLOSED; A = 1; reserved 5; }
  oneof o { int32 x = 7; }
}
"""
EDITION_2024 = """edition = "2024";
package ed;
import option "google/protobuf/any.proto";
export message M { local message X {} string a_b = 1; export enum Q { QUIET = 0; } }
local enum E { E_UNKNOWN = 0; }
"""
FILES = {"proto2": PROTO2, "proto3": PROTO3, "edition 2023": EDITION_2023, "edition 2024": EDITION_2024}


def compiled(place: Path, texts: Mapping[str, str]) -> list[FileDescriptorProto]:
    """What protoc makes of files; the last one last, each after those that it imports."""
    from nilometer_reference.registry.protobuf_imports import CONFLUENT  # noqa: PLC0415

    for name, text in {**CONFLUENT, **texts}.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    made = place / "made"
    roots = [place, resources.files("grpc_tools") / "_proto", Path(protoc.__file__).parents[1]]
    paths = [f"-I{root}" for root in roots]
    command = ["protoc", *paths, "--include_imports", f"--descriptor_set_out={made}", list(texts)[-1]]
    assert protoc.main(command) == 0
    return list(FileDescriptorSet.FromString(made.read_bytes()).file)


def in_base64(file: FileDescriptorProto) -> str:
    """As a client sends it."""
    return base64.b64encode(file.SerializeToString()).decode()


def comparable(file: FileDescriptorProto) -> FileDescriptorProto:
    """Without what a text cannot say: the file's name, places in it, and JSON names that may be the default."""
    found = FileDescriptorProto.FromString(file.SerializeToString())
    found.ClearField("name")
    found.ClearField("source_code_info")
    for one in found.message_type:
        _without_json_names(one)
    for field in found.extension:
        field.ClearField("json_name")
    return found


def _without_json_names(message: DescriptorProto) -> None:
    for field in (*message.field, *message.extension):
        head, *rest = field.name.split("_")
        if field.extendee or field.json_name == head + "".join(part[:1].upper() + part[1:] for part in rest):
            field.ClearField("json_name")
    for one in message.nested_type:
        _without_json_names(one)
