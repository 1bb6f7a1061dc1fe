"""Descriptors as text: the law that they come back, and what normalising sorts."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from random import Random

import google.type
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from hypothesis import given, settings
from hypothesis import strategies as st

from nilometer.schema.protobuf.generators import pair
from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.protobuf_rules import differences
from nilometer_reference.registry.protobuf_schema import canonical_protobuf, parse_protobuf, serialized_protobuf
from nilometer_reference.registry.protobuf_source import Source
from nilometer_reference.registry.protobuf_text import print_file
from tests.reference.registry.protobuf_files import FILES, MAIN, comparable, compiled, in_base64

STANDARD = Path(str(resources.files("grpc_tools") / "_proto"))
TYPES = Path(next(iter(google.type.__path__)))
SHIPPED = {str(path.relative_to(STANDARD)): path for path in sorted(STANDARD.rglob("*.proto"))} | {
    f"google/type/{path.name}": path for path in sorted(TYPES.glob("*.proto"))
}


def canonical(text: str, *, normalize: bool = False) -> str:
    return canonical_protobuf(text, {}, normalize=normalize)


def law(place: Path, texts: dict[str, str]) -> None:
    """The descriptor comes back from its text, and the text from what comes back."""
    (place / "worker").mkdir()
    (place / "files").mkdir()
    source = Source(place / "worker")
    *imports, file = compiled(place / "files", texts)
    references = {one.name: in_base64(one) for one in imports}
    text, made = source.read(in_base64(file), references, normalize=False)
    assert comparable(made[-1]) == comparable(file)
    again, made_again = source.read(text, references, normalize=False)
    assert again == text
    assert made_again == made
    normal, _ = source.read(text, references, normalize=True)
    assert source.read(normal, references, normalize=True)[0] == normal


@pytest.mark.parametrize("name", FILES)
def test_a_descriptor_comes_back_from_its_text(tmp_path: Path, name: str) -> None:
    law(tmp_path, {MAIN: FILES[name]})


@pytest.mark.parametrize("name", SHIPPED)
def test_files_that_others_wrote_come_back(tmp_path: Path, name: str) -> None:
    law(tmp_path, {name: SHIPPED[name].read_text()})


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_normalising_keeps_what_reads_what_and_asks_no_second_time(random: Random) -> None:
    both = pair(random)
    normal = canonical(both.writer_text, normalize=True)
    assert canonical(normal, normalize=True) == normal
    for text in (normal, canonical(both.writer_text)):
        one, other = parse_protobuf(text, {}), parse_protobuf(both.writer_text, {})
        assert not differences(one, other)
        assert not differences(other, one)


def test_a_text_is_printed_with_full_names_and_without_comments() -> None:
    written = 'syntax="proto3";package p;// said\nmessage M{N n=2;message N{}\noneof o{int32 b=3;}map<string,N>m=1;}'
    assert canonical(written) == (
        'syntax = "proto3";\npackage p;\n\nmessage M {\n  .p.M.N n = 2;\n  oneof o {\n    int32 b = 3;\n  }\n'
        "  map<string, .p.M.N> m = 1;\n  message N {\n  }\n}\n"
    )


def test_normalising_sorts_fields_constants_imports_and_reservations_and_keeps_messages_in_place() -> None:
    written = """syntax = "proto3";
    import "google/protobuf/duration.proto"; import "google/protobuf/any.proto";
    message Z { google.protobuf.Duration d = 9; oneof o { int32 b = 7; int32 a = 3; } google.protobuf.Any c = 5;
      reserved 20, 10 to 12; reserved "z", "y"; }
    message A {}
    enum E { ZERO = 0; TWO = 2; MINUS = -1; ONE = 1; }
    """
    assert (
        canonical(written, normalize=True)
        == """syntax = "proto3";

import "google/protobuf/any.proto";
import "google/protobuf/duration.proto";

message Z {
  reserved 10 to 12, 20;
  reserved "y", "z";
  oneof o {
    int32 a = 3;
    int32 b = 7;
  }
  .google.protobuf.Any c = 5;
  .google.protobuf.Duration d = 9;
}

message A {
}

enum E {
  ZERO = 0;
  MINUS = -1;
  ONE = 1;
  TWO = 2;
}
"""
    )


@pytest.mark.parametrize("of_proto2", [True, False])
def test_orders_that_mean_nothing_are_one_normal_text(of_proto2: bool) -> None:
    head, label = ("", "optional ") if of_proto2 else ('syntax = "proto3";', "")
    fields = [f"{label}int32 a = 1;", f"{label}string b = 2;", f"{label}M c = 3;"]
    texts = {canonical(f"{head} message M {{ {' '.join(order)} }}", normalize=True) for order in (fields, fields[::-1])}
    assert len(texts) == 1


BEHIND = "message M { message N {} map<string, N> m = 1; }"
BEFORE = "message M { map<string, N> m = 1; message N {} }"


def test_the_entry_of_a_map_is_folded_where_no_place_depends_on_it(tmp_path: Path) -> None:
    (file,) = compiled(tmp_path, {MAIN: f'syntax = "proto3"; {BEHIND}'})
    assert [one.name for one in file.message_type[0].nested_type] == ["N", "MEntry"]
    assert "map<string, .M.N> m = 1;" in canonical(in_base64(file))


def test_the_entry_of_a_map_is_written_out_where_it_counts_and_normalising_folds_it(tmp_path: Path) -> None:
    (file,) = compiled(tmp_path, {MAIN: f'syntax = "proto3"; {BEFORE}'})
    assert [one.name for one in file.message_type[0].nested_type] == ["MEntry", "N"]
    text = canonical(in_base64(file))
    assert "repeated .M.MEntry m = 1;" in text
    assert "option map_entry = true;" in text
    assert "map<string, .M.N> m = 1;" in canonical(in_base64(file), normalize=True)
    assert serialized_protobuf(text, {}) == serialized_protobuf(in_base64(file), {})


def test_text_counts_nested_messages_without_the_entries_of_maps() -> None:
    assert canonical(f'syntax = "proto3"; {BEFORE}') == canonical(f'syntax = "proto3"; {BEHIND}')


def file_with(**members: object) -> FileDescriptorProto:
    return FileDescriptorProto(name="x.proto", syntax="proto3", **members)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "file",
    [
        file_with(message_type=[{"name": "A { } message B"}]),
        file_with(package="p; message X {}"),
        file_with(message_type=[{"name": "A", "field": [{"name": "a", "number": 1, "label": 1}]}]),
        file_with(message_type=[{"name": "A", "field": [{"name": "a", "number": 1, "type": 5, "oneof_index": 3}]}]),
        file_with(message_type=[{"name": "A", "field": [{"name": "a", "number": 1, "type": 11, "type_name": "x y"}]}]),
        file_with(message_type=[{"name": "A", "field": [{"name": "a", "number": 0, "type": 5, "label": 1}]}]),
    ],
)
def test_a_descriptor_that_is_none_is_refused(file: FileDescriptorProto) -> None:
    with pytest.raises(RegistryError) as refused:
        canonical(in_base64(file))
    assert refused.value.code == 42201


def test_a_name_that_is_none_is_never_printed() -> None:
    with pytest.raises(ValueError, match="is no name"):
        print_file(file_with(message_type=[{"name": "A { } message B"}]), [])
