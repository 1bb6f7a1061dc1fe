"""A bounded slice of the campaign, and that it sees what is wrong."""

from random import Random

import pytest

from nilometer.schema.protobuf import campaign
from nilometer.schema.protobuf.campaign import run
from nilometer.schema.protobuf.peers import Buf, ConfluentJars, NoPeer
from nilometer_models.schema.protobuf import DIALECTS, can_read, parse
from nilometer_models.schema.protobuf.meaning import Grade, Report
from tests.jvm import start_jvm


class Ours:
    """A peer that is our own dialect, or another."""

    def __init__(self, dialect: str, answers_as: str) -> None:
        self.dialect = dialect
        self.answers_as = answers_as

    def breaks(self, reader: str, writer: str) -> list[str]:
        return [str(one) for one in can_read(DIALECTS[self.answers_as], parse(reader), parse(writer))]


def test_a_slice_has_no_disagreement_and_every_grade() -> None:
    tally = run(250, Random(1), [Ours("confluent", "confluent")], data=4)
    assert not tally.findings, str(tally.findings[0])
    assert all(tally.counts[f"grade {grade.name}"] for grade in Grade)
    assert tally.counts["asked of the peer for confluent"] == tally.counts["pairs"] == 250
    assert "pairs" in str(tally)


def test_30_pairs_agree_with_buf() -> None:
    """The long run: `python -m nilometer.schema.protobuf --pairs 800 --buf --confluent`."""
    try:
        peers = [Buf("WIRE"), Buf("CSR")]
    except NoPeer as none:
        pytest.skip(str(none))
    tally = run(30, Random(2), peers, data=0)
    assert not tally.findings, str(tally.findings[0])
    assert tally.counts["asked of the peer for buf-wire"] == tally.counts["asked of the peer for buf-csr"] == 30


@pytest.mark.java
@pytest.mark.xdist_group("jvm")
def test_500_pairs_agree_with_confluents_checker() -> None:
    start_jvm()
    try:
        peer = ConfluentJars()
    except NoPeer as none:
        pytest.skip(str(none))
    tally = run(500, Random(3), [peer], data=0)
    assert not tally.findings, str(tally.findings[0])
    assert 100 < tally.counts["accepted by confluent"] < 450


def test_a_peer_that_answers_otherwise_is_a_finding() -> None:
    tally = run(40, Random(1), [Ours("confluent", "buf-csr")], data=0)
    assert tally.findings
    assert all("confluent: the peer says" in str(one) for one in tally.findings)


@pytest.mark.parametrize("wrong", [Report(Grade.LOSSLESS, initialised=True), Report(Grade.NONE, initialised=False)])
def test_a_wrong_grade_is_a_finding(wrong: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "report", lambda reader, writer: wrong)  # noqa: ARG005
    assert run(60, Random(1), data=4).findings
