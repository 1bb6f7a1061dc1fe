"""Options as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FieldOptions, FileDescriptorProto, MessageOptions

from nilometer_reference.registry.protobuf_options import Options, quoted, quoted_bytes
from tests.reference.registry.protobuf_files import FILES, MAIN, compiled


def test_no_options_are_no_lines() -> None:
    assert Options([]).written(FieldOptions()) == []


def test_options_are_sorted_by_name_and_the_entry_of_a_map_is_none_of_them() -> None:
    assert Options([]).written(FieldOptions(packed=True, deprecated=False, ctype=FieldOptions.CORD)) == [
        "ctype = CORD", "deprecated = false", "packed = true"
    ]  # fmt: skip
    assert Options([]).written(MessageOptions(map_entry=True)) == []


def test_options_that_the_file_or_its_imports_define_have_their_full_names(tmp_path: Path) -> None:
    files = compiled(tmp_path, {MAIN: FILES["proto2"]})
    (field,) = (one for one in files[-1].message_type[1].field if one.name == "p")
    assert Options(files).written(field.options) == [
        '(a.b.bb) = "\\001\\377\\042x"', "(a.b.ee) = NEG", "(a.b.f) = 1.0000000150474662e+30", '(a.b.many) = "a"',
        '(a.b.many) = "b"', '(a.b.opt) = { s: "q\\\'\\"" o { s: "in" [a.b.ext]: 4 } Q { z: 1 } [a.b.s2]: 5 }',
        "packed = true",
    ]  # fmt: skip
    assert Options([]).written(field.options) == ["packed = true"]


def test_files_that_contradict_each_other_are_refused() -> None:
    broken = FileDescriptorProto(name="x", message_type=[{"name": "A"}, {"name": "A"}])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="A"):
        Options([broken]).written(FieldOptions(packed=True))


def test_strings_are_quoted() -> None:
    assert quoted('a"\\\n\té\x01') == '"a\\"\\\\\\n\\té\\001"'
    assert quoted_bytes(b'a"\xff') == '"a\\042\\377"'
