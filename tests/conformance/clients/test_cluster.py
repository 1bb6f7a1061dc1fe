"""Versions, handshake, and which node a request goes to."""

import struct

import pytest

from nilometer.clients.cluster import Cluster, Versions, handshake, request_class
from nilometer.clients.exchange import Journal
from nilometer.clients.raw import Connection, NoAnswer
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.api_versions import ApiVersion
from nilometer_reference.wire.messages.metadata import MetadataResponseBroker
from tests.conformance.scripted import HANG_UP, ScriptedBroker


def shake(broker: ScriptedBroker) -> Versions:
    return handshake(lambda: Connection(*broker.address, Journal(), timeout_s=1))


def cluster(*brokers: ScriptedBroker, ranges=None) -> Cluster:
    versions = Versions(ranges or {18: (0, 4), 3: (0, 13)})
    return Cluster([broker.address for broker in brokers], Journal(), versions, timeout_s=1)


@pytest.mark.parametrize(
    ("bounds", "version"),
    [({}, 12), ({"at_most": 7}, 7), ({"at_least": 12}, 12), ({"at_most": 99}, 12)],
)
def test_the_highest_common_version_within_the_bounds(bounds, version):
    assert Versions({1: (4, 12)}).common("Fetch", **bounds) == version


@pytest.mark.parametrize(
    ("ranges", "bounds", "reason"),
    [
        ({}, {}, Reason.API_NOT_SERVED),
        ({1: (0, 3)}, {}, Reason.VERSION_TOO_LOW),
        ({1: (4, 12)}, {"at_least": 13}, Reason.VERSION_TOO_LOW),
        ({1: (8, 12)}, {"at_most": 7}, Reason.VERSION_TOO_LOW),
    ],
)
def test_no_common_version_is_not_observable(ranges, bounds, reason):
    with pytest.raises(NotObservable) as missing:
        Versions(ranges).common("Fetch", **bounds)
    assert missing.value.reason is reason


def test_an_api_that_kafka_does_not_have_is_our_mistake():
    with pytest.raises(KeyError, match="no API named Fecth"):
        request_class("Fecth")


def test_a_handshake_learns_ranges_and_features():
    def answer(_header, request):
        if isinstance(request, m.ApiVersionsRequest):
            feature = m.api_versions.FinalizedFeatureKey("transaction.version", 2, 2)
            return m.ApiVersionsResponse(
                api_keys=[ApiVersion(1, 4, 13)], finalized_features_epoch=1, finalized_features=[feature]
            )
        return None

    with ScriptedBroker(answer) as broker:
        versions = shake(broker)
    assert versions.ranges == {1: (4, 13)}
    assert versions.features == {"transaction.version": 2}
    assert versions.serves("Fetch", 13)
    assert not versions.serves("Fetch", 14)
    assert not versions.serves("Produce")


def unsupported_above(limit: int, body=None):
    """Answers ApiVersions above `limit` with UNSUPPORTED_VERSION, as KIP-511 says unless `body` is given."""
    asked: list[int] = []

    def answer(header, request):
        if isinstance(request, m.ApiVersionsRequest):
            asked.append(header.api_version)
            if header.api_version > limit:
                if body is not None:
                    return body(header)
                return struct.pack(">ihihhh", header.correlation_id, 35, 1, 18, 0, limit)
            return m.ApiVersionsResponse(api_keys=[ApiVersion(18, 0, limit), ApiVersion(3, 0, 9)])
        return None

    return asked, answer


def test_an_unsupported_version_is_asked_again_with_the_one_that_is_offered():
    asked, answer = unsupported_above(2)
    with ScriptedBroker(answer) as broker:
        assert shake(broker).ranges[3] == (0, 9)
    assert asked == [4, 2]


@pytest.mark.parametrize(
    "body",
    [
        lambda _header: HANG_UP,
        lambda header: struct.pack(">ih", header.correlation_id, 35) + b"\x01\x00\x12\x00\x00\x00\x02\x00\x00\x00\x00",
        lambda header: struct.pack(">ihi", header.correlation_id, 35, 0),
        lambda header: struct.pack(">ihihhh", header.correlation_id, 35, 1, 18, 0, 4),  # offers what it refuses
    ],
)
def test_a_broker_that_answers_unknown_versions_wrongly_is_asked_downwards(body):
    asked, answer = unsupported_above(0, body)
    with ScriptedBroker(answer) as broker:
        assert shake(broker).ranges[3] == (0, 9)
    assert asked[0] == 4
    assert asked[-1] == 0


def test_a_broker_that_answers_no_version_is_no_broker():
    with ScriptedBroker(lambda _header, _request: HANG_UP) as broker, pytest.raises(NoAnswer):
        shake(broker)

    def refuses(_header, _request):
        return m.ApiVersionsResponse(error_code=-1)

    with ScriptedBroker(refuses) as broker, pytest.raises(NoAnswer, match="error -1"):
        shake(broker)


def test_the_next_bootstrap_address_is_used_when_one_is_gone():
    with ScriptedBroker() as gone:
        pass
    with ScriptedBroker() as broker, cluster(gone, broker) as actor:
        assert actor.metadata([]).cluster_id == "scripted"
    with cluster(gone) as actor, pytest.raises(NoAnswer):
        actor.metadata([])


def test_requests_go_to_the_node_that_metadata_names():
    with ScriptedBroker() as other:

        def two_nodes(_header, request):
            if isinstance(request, m.MetadataRequest):
                brokers = [MetadataResponseBroker(1, *broker.address), MetadataResponseBroker(7, *other.address)]
                return m.MetadataResponse(brokers=brokers, controller_id=7)
            return None

        with ScriptedBroker(two_nodes) as broker, cluster(broker) as actor:
            actor.call(m.ApiVersionsRequest("a", "b"), node=7)
            assert [type(request) for _, request in other.requests] == [m.ApiVersionsRequest]
            assert actor.controller_id == 7
            with pytest.raises(NoAnswer, match="does not list node 9"):
                actor.call(m.ApiVersionsRequest("a", "b"), node=9)


def test_a_connection_is_kept_until_it_breaks():
    with ScriptedBroker() as broker, cluster(broker) as actor:
        for _ in range(3):
            actor.metadata([])
        assert broker.connections == 1
        actor.connection().close()
        actor.metadata([])
        assert broker.connections == 2


def test_no_topics_and_all_topics_are_asked_for_differently():
    with ScriptedBroker() as broker, cluster(broker) as actor:
        actor.metadata([])
        actor.metadata(None)
        actor.metadata(["a"], create=True)
    asked = [(request.topics and [one.name for one in request.topics], request.allow_auto_topic_creation)
             for _, request in broker.requests]  # fmt: skip
    assert asked == [([], False), (None, False), (["a"], True)]


def test_before_each_call_and_each_connection_the_actor_may_be_stopped():
    class Enough(Exception):
        pass

    def stop():
        raise Enough

    with ScriptedBroker() as broker, cluster(broker) as actor:
        actor.before_call = stop
        for forbidden in (actor.open, lambda: actor.metadata([])):
            with pytest.raises(Enough):
                forbidden()


def test_closing_closes_what_was_opened_too():
    with ScriptedBroker() as broker:
        with cluster(broker) as actor:
            own = actor.open()
            shared = actor.connection()
        assert own.closed
        assert shared.closed
