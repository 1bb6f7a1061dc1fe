"""protoc in this process: imports, marks for entries of maps, complaints."""

from __future__ import annotations

from pathlib import Path

import pytest

from nilometer_reference.registry.protobuf_imports import CONFLUENT
from nilometer_reference.registry.protobuf_source import NotProtobuf, Source


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


@pytest.mark.parametrize(
    "name",
    ["google/protobuf/timestamp.proto", "google/protobuf/descriptor.proto", "google/type/money.proto", *CONFLUENT],
)
def test_well_known_files_need_no_reference(source: Source, name: str) -> None:
    _, files = source.read(f'syntax = "proto3"; import "{name}";', {})
    assert name in [one.name for one in files]
    assert files[-1].dependency == [name]


def test_files_are_told_after_those_that_they_import_and_only_if_they_are_needed(source: Source) -> None:
    references = {
        "a.proto": 'syntax = "proto3"; message A {}',
        "unused.proto": 'syntax = "proto3"; message Unused {}',
        "deep/b.proto": 'syntax = "proto3"; import "a.proto"; message B { A a = 1; }',
    }
    _, files = source.read('syntax = "proto3"; import "deep/b.proto"; message M { B b = 1; }', references)
    assert [one.name for one in files] == ["a.proto", "deep/b.proto", "__main__.proto"]


def test_no_text_is_printed_unless_it_is_said_which(source: Source) -> None:
    assert source.read("message M {}", {})[0] == ""
    assert source.read("message M {}", {}, normalize=False)[0] == "\nmessage M {\n}\n"


def test_an_entry_that_is_written_out_keeps_its_place(source: Source) -> None:
    text = """syntax = "proto3";
    message M {
      message MEntry { option /* a map */ map_entry = true; string key = 1; int32 value = 2; reserved 536870911; }
      // option map_entry = true;
      message N { string s = 1; }
      repeated MEntry m = 1;
      map<int32, int32> first = 2;
    }"""
    with pytest.raises(NotProtobuf):
        source.read(text, {})  # a comment within the option is not looked for
    _, files = source.read(text.replace("/* a map */ ", ""), {})
    nested = files[-1].message_type[0].nested_type
    assert [(one.name, one.options.map_entry) for one in nested] == [
        ("MEntry", True),
        ("N", False),
        ("FirstEntry", True),
    ]
    assert [one.start for one in nested[0].reserved_range] == [536870911]


def test_a_string_that_says_map_entry_is_a_string(source: Source) -> None:
    text = 'message M { optional string s = 1 [default = "option map_entry = true;"]; }'
    _, files = source.read(text, {})
    assert files[-1].message_type[0].field[0].default_value == "option map_entry = true;"


@pytest.mark.parametrize(
    "body",
    ["", "string key = 1;", "string value = 1; int32 key = 2;", "M key = 1; int32 value = 2;",
     "float key = 1; int32 value = 2;", "string key = 1; repeated int32 value = 2;"],
)  # fmt: skip
def test_what_is_no_entry_of_a_map_is_refused(source: Source, body: str) -> None:
    entry = f"message MEntry {{ option map_entry = true; {body} }}"
    with pytest.raises(NotProtobuf, match="no entry of a map"):
        source.read(f'syntax = "proto3"; message M {{ {entry} repeated MEntry m = 1; }}', {})


def test_complaints_name_no_place_of_this_machine(source: Source, tmp_path: Path) -> None:
    with pytest.raises(NotProtobuf) as refused:
        source.read('syntax = "proto3"; import "x.proto";', {"x.proto": "message {"})
    assert str(refused.value).startswith("x.proto:1:9: Expected message name.")
    assert str(tmp_path) not in str(refused.value)


def test_a_refusal_leaves_nothing_behind(source: Source) -> None:
    with pytest.raises(NotProtobuf):
        source.read("message {", {})
    assert [one.name for one in source.read("message M {}", {})[1][-1].message_type] == ["M"]
