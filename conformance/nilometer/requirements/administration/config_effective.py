"""A5: settings act, and changes of settings act soon."""

from __future__ import annotations

from nilometer.clients.batches import data_batch, wall_clock_ms
from nilometer.clients.observations import Produced, Topic, named
from nilometer.requirement import requirement
from nilometer.requirements.administration._topics import controller
from nilometer.requirements.groups._groups import within
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages.incremental_alter_configs import AlterableConfig, AlterConfigsResource

TOPIC, SET = 2, 0
LIMIT = 500


@requirement(
    id="A5",
    name="admin.config_effective",
    level="MUST",
    sentence="Settings of a topic act, and changes act within T: max.message.bytes (MESSAGE_TOO_LARGE 10), "
    "message.timestamp.type",
    profiles=("admin", "core"),
    sources=("topic settings documentation", "KIP-32"),
    apis={"CreateTopics": 0, "Produce": 3},
    signatures={
        "limit-not-kept": "a batch above max.message.bytes was accepted, or refused with another code",
        "within-limit-refused": "a batch within max.message.bytes was refused",
        "change-not-effective": "a change of a setting did not act within T",
        "timestamp-type-ignored": "an acknowledgement does not carry the broker's time although the topic has "
        "LogAppendTime, or carries one although it has CreateTime",
    },
)
def check(run: Run) -> None:
    """A limit that is there from the beginning, one that is changed, and both kinds of time."""
    topic = run.topic(configs={"max.message.bytes": str(LIMIT)})
    too_large(run, topic)
    small = run.session.produce(topic, data_batch("a"))
    run.judge(small.ok, "within-limit-refused", expected="no error", seen=small, evidence=small.exchange)
    if run.versions.serves("IncrementalAlterConfigs"):
        try:
            changes(run, topic)
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
    for kind, stamps in (("LogAppendTime", True), ("CreateTime", False)):
        try:
            produced = run.session.produce(run.topic(configs={"message.timestamp.type": kind}), data_batch("t"))
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
            continue
        if produced.ok:
            run.judge(
                (produced.log_append_time_ms >= 0) == stamps, "timestamp-type-ignored",
                expected=f"{kind}: {'a time' if stamps else '-1'}", seen=produced.log_append_time_ms,
                evidence=produced.exchange,
            )  # fmt: skip


def large(run: Run, topic: Topic) -> Produced:
    """A batch of some two thousand bytes."""
    return run.session.produce(topic, data_batch("b" * 2_000, timestamp=wall_clock_ms()))


def too_large(run: Run, topic: Topic) -> None:
    produced = large(run, topic)
    run.judge(
        produced.error_code == ErrorCode.MESSAGE_TOO_LARGE, "limit-not-kept", expected="MESSAGE_TOO_LARGE (10)",
        seen=named(produced.error_code), evidence=produced.exchange,
    )  # fmt: skip


def changes(run: Run, topic: Topic) -> None:
    """The limit goes up, then down again."""
    for limit, accepts in ((100_000, True), (LIMIT, False)):
        set_limit(run, topic, limit)
        last: list[Produced] = []

        def acts(accepts: bool = accepts, last: list[Produced] = last) -> bool:
            last[:] = [large(run, topic)]
            return last[0].ok == accepts

        done = within(run.liveness_s, acts)
        run.judge(
            done, "change-not-effective", expected=f"{limit} is {'enough' if accepts else 'too little'}",
            seen=named(last[0].error_code), evidence=last[0].exchange,
        )  # fmt: skip


def set_limit(run: Run, topic: Topic, limit: int) -> None:
    resource = AlterConfigsResource(TOPIC, topic.name, [AlterableConfig("max.message.bytes", SET, str(limit))])
    exchange = run.session.call(m.IncrementalAlterConfigsRequest([resource]), node=controller(run))
    response = exchange.response
    assert isinstance(response, m.IncrementalAlterConfigsResponse)
    codes = [one.error_code for one in response.responses]
    if codes != [0]:
        run.not_observable(Reason.REFUSED, f"IncrementalAlterConfigs: {codes}")
