"""`nilometer probe`."""

import json

from click.testing import CliRunner

from nilometer.cli.probe import api_names, probe
from nilometer_reference.wire import messages as m
from tests.conformance.scripted import ScriptedBroker


def invoke(*arguments: str):
    return CliRunner().invoke(probe, arguments, catch_exceptions=False)


def test_it_says_what_a_broker_offers_and_what_that_leaves_out():
    with ScriptedBroker(apis={"Fetch": (4, 11)}) as broker:
        result = invoke(broker.text)
    assert result.exit_code == 0
    assert f"node 1  {broker.text}" in result.output
    assert "Fetch                             4-11" in result.output
    assert "not advertised: Produce" in result.output
    assert "n/a      W9   Produce is not advertised" in result.output


def test_it_writes_nothing():
    with ScriptedBroker() as broker:
        invoke(broker.text)
        assert {type(request) for _, request in broker.requests} == {m.ApiVersionsRequest, m.MetadataRequest}
        assert all(request.topics == [] for _, request in broker.requests if isinstance(request, m.MetadataRequest))


def test_json_is_one_object():
    with ScriptedBroker() as broker:
        found = json.loads(invoke(broker.text, "--json").output)
    assert found["nodes"] == {"1": broker.text}
    assert found["apis"][0] == {"key": 3, "name": "Metadata", "theirs": [0, 13], "ours": [0, 13]}
    assert {one["id"] for one in found["left_out"]} >= {"W9"}


def test_who_is_not_there_is_7():
    with ScriptedBroker() as broker:
        pass
    result = invoke(broker.text)
    assert result.exit_code == 7
    assert "no broker answers" in result.output


def test_every_key_has_a_name():
    names = api_names()
    assert names[0] == "Produce"
    assert names[18] == "ApiVersions"
    assert len(names) > 80
