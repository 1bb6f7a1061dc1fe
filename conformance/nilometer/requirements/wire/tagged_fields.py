"""W3: tagged fields that a broker does not know are skipped, wherever they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nilometer.clients.batches import data_batch
from nilometer.clients.cluster import request_class
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import EARLIEST
from nilometer.requirement import requirement
from nilometer.requirements.wire._requests import NOT_SENT, advertised, error_codes, minimal
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import error_name
from nilometer_reference.wire.messages.list_offsets import ListOffsetsPartition, ListOffsetsTopic

TAGS = {1_000: b"", 1_001: b"nilometer", 2_097_151: bytes(300)}
"""Three tags that no message has: empty, short, and one whose number and length take several bytes."""


@requirement(
    id="W3",
    name="wire.tagged_fields",
    level="MUST",
    sentence="Unknown tagged fields in requests are ignored, in the header, the body and its parts",
    profiles=("core",),
    sources=("KIP-482",),
    signatures={
        "tags-close": "a request with unknown tagged fields closes the connection or gets no answer",
        "tags-change-the-answer": "a request with unknown tagged fields gets other error codes than without them",
    },
)
def check(run: Run) -> None:
    """Each flexible API in its newest version with and without tags; then nested ones with data to act on."""
    newest = {api: version for api, version in advertised(run.versions) if api not in NOT_SENT}
    group = run.group()
    for api, version in newest.items():
        if version < request_class(api).FLEXIBLE_FROM:
            continue
        compare(run, minimal(api, version, group), minimal(api, version, group), version)
    with_data(run)


def compare(run: Run, plain: Any, tagged: Any, version: int, node: int | None = None) -> None:
    """Both must come back with the same error codes."""
    try:
        without = run.session.call(plain, version=version, node=node)
    except NoAnswer as missing:
        run.skip(Reason.NO_ANSWER, missing.detail)  # not served at all: W2
        return
    add_tags(tagged)
    with run.session.open(node) as connection:
        try:
            connection.header_tags = TAGS
            answered = connection.call(tagged, version)
        except NoAnswer as missing:
            run.violated(
                "tags-close",
                expected=f"the same answer as without the tags {sorted(TAGS)} in header and body",
                seen=missing.detail,
                evidence=[without, *([missing.exchange] if missing.exchange else [])],
            )
            return
    before, after = (sorted(set(error_codes(one.response))) for one in (without, answered))
    run.judge(
        before == after,
        "tags-change-the-answer",
        expected=f"error codes {[error_name(code) for code in before]}",
        seen=f"error codes {[error_name(code) for code in after]}",
        evidence=[without, answered],
    )


def add_tags(message: Any) -> None:
    """To the message and to every part of it."""
    message.unknown_tags = dict(TAGS)
    for name in message.__dataclass_fields__:
        value = getattr(message, name)
        for part in value if isinstance(value, list) else [value]:
            if hasattr(part, "unknown_tags"):
                add_tags(part)


def with_data(run: Run) -> None:
    """Requests whose parts carry tags too: they must act, not only answer."""
    topic = run.topic()
    node = run.session.leader(topic)
    version = run.session.version("Produce", at_most=None if topic.has_id else 12)
    if version >= m.ProduceRequest.FLEXIBLE_FROM:
        plain, _ = run.session.produce_request(topic, data_batch("plain"), version=version)
        tagged, _ = run.session.produce_request(topic, data_batch("tagged"), version=version)
        compare(run, plain, tagged, version, node)
    version = run.session.version("Fetch", at_most=None if topic.has_id else 12)
    if version >= m.FetchRequest.FLEXIBLE_FROM:
        asks = [run.session.fetch_request(topic, 0, version=version)[0] for _ in range(2)]
        compare(run, asks[0], asks[1], version, node)
    version = run.session.version("ListOffsets")
    if version >= m.ListOffsetsRequest.FLEXIBLE_FROM:
        part = ListOffsetsPartition(partition_index=0, timestamp=EARLIEST)
        lists = [ListOffsetsTopic(topic.name, [replace(part)]) for _ in range(2)]
        plain_list, tagged_list = (m.ListOffsetsRequest(-1, 0, [one], timeout_ms=5_000) for one in lists)
        compare(run, plain_list, tagged_list, version, node)
