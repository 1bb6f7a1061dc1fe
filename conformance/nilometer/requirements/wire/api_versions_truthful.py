"""W2: what ApiVersions says is what is served.

    pair                                     must
    advertised (API, version)                be answered in its own layout, not with UNSUPPORTED_VERSION
    ApiVersions, a version above the range   answer a v0 body with UNSUPPORTED_VERSION (35), for clients to go on from
    anything else above the range            close, or a well-formed error; in no case be executed

Versions that Kafka 4 has removed from its messages are advertised by older brokers; they are not sent, and counted.
Kafka 4 advertises Produce from version 0 though it serves 3 and up (KIP-896 and librdkafka, KAFKA-18659).
"""

from __future__ import annotations

import struct

from nilometer.clients.cluster import request_class
from nilometer.clients.exchange import Exchange
from nilometer.clients.raw import Connection, ConnectionClosed, NoAnswer, UnparsableResponse, request_frame
from nilometer.requirement import requirement
from nilometer.requirements.wire._requests import BEHIND_FEATURES, advertised, all_apis, error_codes, minimal
from nilometer.run import Run
from nilometer.verdict import Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.codec import Message
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.create_topics import CreatableTopic

UNKNOWN_API_KEY = 32_000


@requirement(
    id="W2",
    name="wire.api_versions_truthful",
    level="MUST",
    sentence="Each advertised (API, version) is served; ApiVersions in an unsupported version answers a v0 body with "
    "UNSUPPORTED_VERSION (35); any other unsupported pair is not executed",
    profiles=("smoke", "core"),
    sources=("KIP-35", "KIP-511", "KIP-896"),
    signatures={
        "advertised-closes": "an advertised version of an API closes the connection",
        "advertised-unanswered": "an advertised version of an API gets no answer",
        "advertised-unparsable": "an advertised version of an API is answered in another layout",
        "advertised-unsupported": "an advertised version of an API answers UNSUPPORTED_VERSION",
        "fallback-missing": "ApiVersions in an unsupported version is not answered",
        "fallback-layout": "ApiVersions in an unsupported version is not answered in the layout of version 0",
        "fallback-code": "ApiVersions in an unsupported version does not answer UNSUPPORTED_VERSION",
        "unsupported-executed": "a request in an unsupported version was executed",
        "stops-serving": "after an unsupported request the broker does not answer others",
    },
    time_limit_s=120,
)
def check(run: Run) -> None:
    """Every advertised pair with a request that changes nothing; then versions and keys above the ranges."""
    sweep(run)
    fallback(run)
    create_above_range(run)
    unknown_key(run)


def sweep(run: Run) -> None:
    """Each advertised pair."""
    group = run.group()
    run.session.before_call()
    connection: Connection | None = None
    unanswered = set()
    for api, version in advertised(run.versions):
        if api in unanswered:
            continue
        if connection is None or connection.closed:
            connection = run.session.open()
        try:
            exchange = connection.call(minimal(api, version, group), version)
        except NoAnswer as missing:
            unanswered.add(api)  # one finding an API is enough
            judge_silence(run, missing)
            continue
        codes = set(error_codes(exchange.response))
        if ErrorCode.UNSUPPORTED_VERSION in codes and api in BEHIND_FEATURES:
            run.skip(Reason.FEATURE_OFF, f"{api} is advertised and switched off")
            continue
        run.judge(
            ErrorCode.UNSUPPORTED_VERSION not in codes,
            "advertised-unsupported",
            expected=f"{api} v{version} served, ApiVersions advertises {run.versions.range(api)}",
            seen="UNSUPPORTED_VERSION (35)",
            evidence=exchange,
        )
    note_what_is_not_sent(run)


def judge_silence(run: Run, missing: NoAnswer) -> None:
    """An advertised pair without a usable answer."""
    exchange = missing.exchange
    assert exchange is not None
    kinds = {ConnectionClosed: "advertised-closes", UnparsableResponse: "advertised-unparsable"}
    run.violated(
        kinds.get(type(missing), "advertised-unanswered"),
        expected=f"an answer to {exchange.api} v{exchange.version}, advertised as {run.versions.range(exchange.api)}",
        seen=exchange.fault,
        evidence=exchange,
    )


def note_what_is_not_sent(run: Run) -> None:
    """Advertised versions that we have no message for."""
    parts = []
    for api in all_apis():
        theirs = run.versions.range(api)
        low, high = request_class(api).VERSIONS
        if theirs is not None and (theirs[0] < low or theirs[1] > high):
            parts.append(f"{api} {theirs[0]}-{theirs[1]} (sent {low}-{high})")
    if parts:
        run.note("advertised versions beyond those of Kafka 4.3 were not sent: " + ", ".join(parts))


def fallback(run: Run) -> None:
    """ApiVersions above the advertised range."""
    _, high = run.versions.range("ApiVersions") or (0, 0)
    for version in (high + 1, 99, 32_767):
        with run.session.open() as connection:
            exchange, frame = ask_in_version(run, connection, m.ApiVersionsRequest("nilometer", "0"), version)
        where = f"ApiVersions v{version}, advertised up to {high}"
        if frame is None:
            run.violated("fallback-missing", expected=f"an answer to {where}", seen=exchange.fault, evidence=exchange)
            continue
        exchange.fault = f"{len(frame)} bytes: {frame.hex(' ')}"
        code, layout_is_v0 = read_fallback(frame)
        if not run.judge(
            code == ErrorCode.UNSUPPORTED_VERSION,
            "fallback-code",
            expected=f"error 35 after the correlation id for {where}",
            seen=f"{code}",
            evidence=exchange,
        ):
            continue
        run.judge(
            layout_is_v0,
            "fallback-layout",
            expected="a body of v0: error code, an int32 count, 6 bytes an API, nothing else",
            seen=f"after the header: {frame[4:].hex(' ')}",
            evidence=exchange,
        )


def ask_in_version(run: Run, connection: Connection, request: Message, version: int) -> tuple[Exchange, bytes | None]:
    """The newest body that we have, under another version number; the answer as it comes, None for none."""
    with run.journal.not_judged():
        newest = type(request).VERSIONS[1]
        frame = bytearray(request_frame(request, newest, version, connection.client_id))
        struct.pack_into(">h", frame, 2, version)
        exchange = connection.note(request, version, correlation_id=version)
        try:
            connection.send_frame(bytes(frame), exchange)
            answer = connection.receive_frame(exchange=exchange)
        except NoAnswer:
            return exchange, None
        if answer is None:
            exchange.fault = "the connection was closed"
        return exchange, answer


def read_fallback(frame: bytes) -> tuple[int | None, bool]:
    """Error code behind the correlation id, and whether the rest is exactly a body of v0."""
    if len(frame) < 6:
        return None, False
    (code,) = struct.unpack_from(">h", frame, 4)
    if len(frame) < 10:
        return code, False
    (count,) = struct.unpack_from(">i", frame, 6)
    return code, count >= 0 and len(frame) == 10 + 6 * count


def create_above_range(run: Run) -> None:
    """CreateTopics in a version that is not there: no topic may come of it."""
    theirs = run.versions.range("CreateTopics")
    ours = request_class("CreateTopics").VERSIONS[1]
    if theirs is None or theirs[1] > ours:
        run.skip(Reason.API_NOT_SERVED, "CreateTopics is not advertised, or in versions that we do not know")
        return
    for version in (theirs[1] + 1, 30_000):
        name = run.name("must-not-be")
        run.subject.topics.append(name)
        topic = CreatableTopic(name=name, num_partitions=1, replication_factor=1)
        run.session.metadata([])
        node = run.session.controller_id if run.session.controller_id >= 0 else None
        with run.session.open(node) as connection:
            request = m.CreateTopicsRequest(topics=[topic], timeout_ms=5_000)
            exchange, frame = ask_in_version(run, connection, request, version)
        exchange.fault = exchange.fault or f"a frame of {len(frame or b'')} bytes: {(frame or b'')[:64].hex(' ')}"
        exists = name in {one.name for one in run.session.metadata(None).topics}
        run.judge(
            not exists,
            "unsupported-executed",
            expected=f"no topic {name}: CreateTopics v{version} is above the advertised {theirs}",
            seen="the topic is in Metadata",
            evidence=[exchange, run.journal.exchanges[-1]],
        )
        if not exists:
            run.subject.topics.remove(name)


def unknown_key(run: Run) -> None:
    """An API key that nobody has, beside a connection that must not notice."""
    with run.session.open() as canary, run.session.open() as connection:
        canary.call(minimal("ApiVersions", 0, ""), 0)
        with run.journal.not_judged():
            connection.send_frame(struct.pack(">hhih", UNKNOWN_API_KEY, 0, 1, -1))
            connection.is_closed_by_peer(1.0)
        try:
            canary.call(minimal("ApiVersions", 0, ""), 0)
        except NoAnswer as missing:
            run.violated(
                "stops-serving",
                expected="another connection is answered after an unknown API key",
                seen=missing.detail,
                evidence=missing.exchange,
            )
        else:
            run.holds()
