"""`nilometer show`."""

import pytest
from click.testing import CliRunner

from nilometer.catalogue import load
from nilometer.cli.show import describe, show
from nilometer.targets.target import Control
from tests.conformance.requiring import make_requirement


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(show, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("word", ["W4", "w4", "wire.response_order"])
def test_a_requirement_is_explained_by_id_or_name(word):
    output = invoke(word)
    assert output.startswith("W4 wire.response_order  MUST")
    assert "out-of-order" in output
    assert "Kafka protocol guide" in output
    assert "nilometer check HOST:PORT -k W4" in output


def test_every_requirement_can_be_shown():
    for one in load():
        lines = list(describe(one))
        assert all(signature in "\n".join(lines) for signature in one.signatures)


def test_what_it_needs_is_said():
    text = "\n".join(describe(make_requirement(apis={"Fetch": 4, "EndTxn": 0}, needs=Control.KILL)))
    assert "Fetch v4, EndTxn; kill" in text
    assert "nothing but an answer" in "\n".join(describe(make_requirement()))


def test_words_of_reports_are_explained():
    assert "A MUST was contradicted" in invoke("fail")
    assert invoke("exit-codes").startswith("0  Conforms")
    assert len(invoke("verdicts", "reasons").splitlines()) > 20


def test_what_is_near_is_suggested():
    result = CliRunner().invoke(show, ["api-not-servd"])
    assert "did you mean 'api-not-served'?" in result.output
