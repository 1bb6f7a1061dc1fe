"""Peers that are not there say so; those that are answer as our dialects do on every row of the table."""

from pathlib import Path

import pytest

from nilometer.schema.protobuf.peers import Buf, ConfluentJars, NoPeer
from tests.jvm import start_jvm
from tests.models.schema.protobuf.changes import TABLE


@pytest.mark.usefixtures("empty_nilometer_home")
def test_a_peer_that_is_not_there_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPeer, match="nilometer extras install buf"):
        Buf("WIRE")
    with pytest.raises(NoPeer, match="nilometer extras install confluent-java"):
        ConfluentJars()
    with pytest.raises(NoPeer, match="has no kafka-protobuf-provider"):
        ConfluentJars(tmp_path)


def test_a_program_that_fails_is_no_answer(tmp_path: Path) -> None:
    program = tmp_path / "buf"
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(NoPeer, match="broken"):
        Buf("WIRE", program).breaks("", "")


def test_broken_rules_are_read_from_the_programs_lines(tmp_path: Path) -> None:
    program = tmp_path / "buf"
    program.write_text('#!/bin/sh\necho \'{"type": "FIELD_NO_DELETE"}\'\nexit 100\n')
    program.chmod(0o755)
    assert Buf("CSR", program).breaks("", "") == ["FIELD_NO_DELETE"]
    assert Buf("CSR", program).dialect == "buf-csr"


@pytest.mark.parametrize("category", ["WIRE", "CSR"])
def test_buf_answers_as_the_table_says(category: str) -> None:
    try:
        peer = Buf(category)
    except NoPeer as none:
        pytest.skip(str(none))
    for change in TABLE:
        assert (not peer.breaks(change.new, change.old)) == (peer.dialect in change.accepted.split()), change.name


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_confluents_checker_answers_as_the_table_says() -> None:
    start_jvm()
    try:
        peer = ConfluentJars()
    except NoPeer as none:
        pytest.skip(str(none))
    for change in TABLE:
        assert (not peer.breaks(change.new, change.old)) == (peer.dialect in change.accepted.split()), change.name
