"""Registries as targets: one at a URL, and the reference, which comes back with what it knew."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from nilometer.targets.errors import StartFailed, UnknownTarget
from nilometer.targets.ready import NotReady
from nilometer.targets.registries import ReferenceRegistryTarget, RegistryAddressTarget, check_registry_ready
from nilometer.targets.target import Control, Kind
from tests.conformance.faulty_registry import FaultyRegistry


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def test_a_registry_is_ready_when_it_lists_its_subjects() -> None:
    with FaultyRegistry("http://127.0.0.1:1", on_request=lambda _: (200, [])) as registry:
        host, port = "127.0.0.1", registry.server_address[1]
        check_registry_ready(host, port, "/base")
        registry.on_request = lambda _: (200, {"subjects": []})
        with pytest.raises(NotReady, match="answered 200"):
            check_registry_ready(host, port)
        registry.on_request = lambda _: (503, b"starting")
        with pytest.raises(NotReady, match="503, not with JSON"):
            check_registry_ready(host, port)
    with pytest.raises(NotReady, match="Error"):
        check_registry_ready(host, port)


@pytest.mark.parametrize(("url", "why"), [
    ("http://", "names no host"), ("http://host:port", "no address"), ("http://user:word@host:1", "no user"),
    ("http://host:1?x=1", "no query"),
])  # fmt: skip
def test_what_is_no_url_of_a_registry_is_refused(url: str, why: str) -> None:
    with pytest.raises(UnknownTarget, match=why):
        RegistryAddressTarget("r", url)


def test_one_that_does_not_answer_is_named() -> None:
    with pytest.raises(StartFailed, match=r"no schema registry answers at http://127\.0\.0\.1:1"):
        RegistryAddressTarget("r", "http://127.0.0.1:1").start()


@pytest.mark.timeout(180)
def test_the_reference_registry_is_killed_and_comes_back_with_what_it_knew(gone: Any) -> None:
    with ReferenceRegistryTarget() as target:
        assert (target.kind, target.control) == (Kind.REGISTRY, Control.ALL)
        url = target.url
        request = urllib.request.Request(
            f"{url}/subjects/s/versions", json.dumps({"schema": '"int"'}).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert json.load(answer)["id"] == 1
        target.kill()
        assert not target.alive()
        assert target.broker.alive(), "its topic is on a broker that goes on"
        target.restart()
        assert target.url == url
        assert get(f"{url}/subjects") == ["s"]
        process = target.broker.nodes[0].process
        assert process is not None
    assert gone(process.pid)
