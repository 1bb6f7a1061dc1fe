"""Peers that are not there say so; those that are answer as our dialects do on every row of the table."""

import shutil
from pathlib import Path

import pytest

from nilometer.schema.protobuf.peers import Buf, ConfluentJars, NoPeer
from tests.models.schema.protobuf.changes import TABLE


def test_a_peer_that_is_not_there_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(NoPeer, match="pip install buf-bin"):
        Buf("WIRE", str(tmp_path / "buf"))
    pytest.importorskip("jpype")
    with pytest.raises(NoPeer, match="has no kafka-protobuf-provider"):
        ConfluentJars(tmp_path)


def test_a_program_that_fails_is_no_answer(tmp_path: Path) -> None:
    program = tmp_path / "buf"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(NoPeer, match="broken"):
        Buf("WIRE", str(program)).breaks("", "")


def test_broken_rules_are_read_from_the_programs_lines(tmp_path: Path) -> None:
    program = tmp_path / "buf"
    program.write_text('#!/bin/sh\necho \'{"type": "FIELD_NO_DELETE"}\'\nexit 100\n')
    program.chmod(0o755)
    assert Buf("CSR", str(program)).breaks("", "") == ["FIELD_NO_DELETE"]
    assert Buf("CSR", str(program)).dialect == "buf-csr"


@pytest.mark.external
@pytest.mark.skipif(shutil.which("buf") is None, reason="buf is not on PATH (PyPI buf-bin)")
@pytest.mark.parametrize("category", ["WIRE", "CSR"])
def test_buf_answers_as_the_table_says(category: str) -> None:
    peer = Buf(category)
    for change in TABLE:
        assert (not peer.breaks(change.new, change.old)) == (peer.dialect in change.accepted.split()), change.name
