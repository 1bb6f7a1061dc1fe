"""Chapters of metadata, fetch sessions, and versions of ApiVersions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nilometer_reference.wire.messages.api_versions import ApiVersionsRequest
from nilometer_reference.wire.messages.fetch import FetchRequest, FetchResponse, ForgottenTopic
from nilometer_reference.wire.messages.metadata import MetadataRequest, MetadataRequestTopic
from nilometer_reference.wire.uuids import ZERO_UUID
from tests.reference.apis.data_story.story import CLOSED, Story, Told
from tests.reference.requests import fetch_request, metadata_request


def metadata(story: Story) -> Iterator[Told]:
    story.create("m", 2)

    def plain(response: Any) -> Any:
        return [
            (
                one.error_code, one.name, one.topic_id == ZERO_UUID, one.is_internal, one.topic_authorized_operations,
                [
                    (p.error_code, p.partition_index, p.leader_id, p.leader_epoch, p.replica_nodes, p.isr_nodes,
                     p.offline_replicas)
                    for p in sorted(one.partitions, key=lambda p: p.partition_index)
                ],
            )
            for one in sorted(response.topics, key=lambda one: (one.name or "", one.topic_id))
        ], response.cluster_authorized_operations, response.error_code, response.controller_id  # fmt: skip

    for version in range(14):
        yield f"Metadata {version}", plain(story.ask(metadata_request(story.name("m")), version))
        if version >= 4:
            quietly = {"allow_auto_topic_creation": False}
            for name in ("none", "", ".", "a b", "x" * 250):
                asked = name if name != "none" else story.name(name)
                yield f"Metadata {version} {name[:5]!r}", plain(story.ask(metadata_request(asked, **quietly), version))
            yield f"Metadata {version} none", len(story.ask(MetadataRequest([], **quietly), version).topics)
        if version >= 8:
            operations = {
                "include_topic_authorized_operations": True,
                "include_cluster_authorized_operations": version <= 10,
            }
            yield (
                f"Metadata {version} operations",
                plain(story.ask(metadata_request(story.name("m"), **operations), version)),
            )
    for version in (10, 11, 12, 13):
        for topic in (MetadataRequestTopic(b"\7" * 16, None), MetadataRequestTopic(b"\7" * 16, "a")):
            yield (
                f"Metadata {version} by id {topic.name}",
                plain(story.ask(MetadataRequest([topic], allow_auto_topic_creation=False), version)),
            )
    for version in (12, 13):
        yield f"Metadata {version} by id", plain(story.ask(metadata_request(story.ids["m"]), version))


def sessions(story: Story) -> Iterator[Told]:
    story.create("s", 3)

    class Session:
        """A consumer; its answers without the id."""

        def __init__(self, version: int) -> None:
            self.version = version
            self.id = self.epoch = 0

        def __call__(self, *positions: tuple[int, int], forget: int | None = None, **fields: Any) -> Any:
            topic: str | bytes = story.ids["s"] if self.version >= 13 else story.name("s")
            forgotten = []
            if forget is not None:
                forgotten = [ForgottenTopic(story.name("s"), story.ids["s"], [forget])]
            request = fetch_request(
                *((topic, index, offset) for index, offset in positions),
                **{"session_id": self.id, "session_epoch": self.epoch, "forgotten_topics_data": forgotten, **fields},
            )
            response: FetchResponse = story.ask(request, self.version)
            if response.error_code == 0:
                self.id = response.session_id
                self.epoch += 1
            told = [
                (data.partition_index, data.error_code, data.high_watermark, story.partition_data(data)["bytes"])
                for one in response.responses
                for data in one.partitions
            ]
            return response.error_code, response.session_id > 0, sorted(told)

    for version in (7, 12, 13, 18):
        ask = Session(version)
        yield f"{version} open", ask((0, 0), (1, 0))
        yield f"{version} nothing new", ask()
        story.produced("s", story.batch(), index=1)
        yield f"{version} one has records", ask()
        yield f"{version} from behind them", ask((1, 100), (2, 0))
        yield f"{version} the error again", ask()
        yield f"{version} mended", ask((1, 0), max_bytes=0)
        yield f"{version} forgotten", ask(forget=1)
        story.produced("s", story.batch(), index=1)
        yield f"{version} not told any more", ask()
        yield f"{version} a wrong epoch", ask(session_epoch=ask.epoch + 3)
        yield f"{version} an old epoch", ask(session_epoch=1)
        yield f"{version} an unknown session", ask(session_id=ask.id - 1)
        yield f"{version} goes on", ask()
        other = Session(12 if version >= 13 else 13)
        other.id, other.epoch = ask.id, ask.epoch
        yield f"{version} in version {other.version}", other()
        closed = ask.id
        yield f"{version} close", ask(session_epoch=-1)
        yield f"{version} closed", ask(session_id=closed, session_epoch=99)
        yield f"{version} all forgotten", _forget_all(Session(version))


def _forget_all(ask: Callable[..., Any]) -> Any:
    return ask((0, 0)), ask(forget=0), ask()


def versions(story: Story) -> Iterator[Told]:
    for version in (3, 4):
        for who in (
            ("", "1"),
            ("a", ""),
            ("-a", "1"),
            ("a-", "1"),
            ("a b", "1"),
            ("a", "1.0"),
            ("a", "."),
            ("a.b-c", "1"),
        ):
            answer = story.ask(ApiVersionsRequest(*who), version)
            yield f"ApiVersions {version} {who}", (answer.error_code, bool(answer.api_keys))
    for version in range(5):
        keys = story.ask(ApiVersionsRequest("a", "1"), version).api_keys
        yield (
            f"ApiVersions {version}",
            [(one.api_key, one.min_version, one.max_version) for one in keys if one.api_key in {0, 1, 2, 3, 18, 23}],
        )
    request: FetchRequest = fetch_request((story.name("x"), 0, 0), isolation_level=7)
    answer = story.ask(request, 12)
    yield "an isolation level that is none", answer if answer == CLOSED else answer.error_code
