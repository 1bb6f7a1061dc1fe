"""The small client: it finds a broker, negotiates versions, and says what is wrong."""

from __future__ import annotations

import socket
import threading

import pytest

from nilometer_reference.registry.kafka import BrokerGone, BrokerRefused, Cluster
from nilometer_reference.wire.messages.api_versions import ApiVersionsRequest
from nilometer_reference.wire.messages.metadata import MetadataRequest


def test_the_first_address_that_answers_is_taken(bootstrap: str) -> None:
    cluster = Cluster(f"127.0.0.1:1,{bootstrap}")
    assert cluster.any().call(MetadataRequest(None), 9).brokers
    cluster.forget()


def test_where_nobody_answers_every_address_is_named() -> None:
    with pytest.raises(BrokerGone, match=r"127\.0\.0\.1:1.*127\.0\.0\.1:2"):
        Cluster("127.0.0.1:1,127.0.0.1:2").any()


def test_a_topic_that_is_not_there_has_no_leader(bootstrap: str) -> None:
    with pytest.raises(BrokerGone, match="has no leader"):
        Cluster(bootstrap).leader("nowhere")


def test_a_peer_that_speaks_otherwise_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        cluster = Cluster(f"127.0.0.1:{server.getsockname()[1]}")

        def hang_up() -> None:
            peer, _ = server.accept()
            peer.recv(100)
            peer.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(BrokerGone, match="closed"):
            cluster.any()
        thread.join()


def test_a_connection_that_is_made_while_all_are_closed_does_no_harm(bootstrap: str) -> None:
    """As when the registry ends while its reader begins anew."""
    cluster = Cluster(bootstrap)
    link = cluster.any()
    close = link.close

    def close_while_another_is_made() -> None:
        cluster.any()
        close()

    link.close = close_while_another_is_made  # type: ignore[method-assign]
    cluster.forget()
    assert cluster.any() is not link
    cluster.forget()


def test_versions_are_the_newest_that_both_know(bootstrap: str) -> None:
    link = Cluster(bootstrap).any()
    assert link.versions[3][1] >= 9
    link.versions = {}
    with pytest.raises(BrokerGone, match="is not served"):
        link.call(ApiVersionsRequest("a", "1"), 3)


def test_a_refusal_names_the_error() -> None:
    assert str(BrokerRefused("Fetch", 3)) == "Fetch: UNKNOWN_TOPIC_OR_PARTITION"
    assert str(BrokerRefused("Fetch", 9_999)) == "Fetch: 9999"
