"""W7: each condition has Kafka's code. The rows stand in `_conditions.py`."""

from __future__ import annotations

from nilometer.clients.batches import data_batch
from nilometer.clients.raw import NoAnswer
from nilometer.requirement import requirement
from nilometer.requirements.wire._conditions import RETRIABLE, Condition, conditions
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer_reference.wire.errors import error_name


@requirement(
    id="W7",
    name="wire.error_codes",
    level="SHOULD",
    sentence="Each provoked condition answers the code Kafka answers, or at least one of the same class",
    profiles=("core", "eos", "groups"),
    sources=("Kafka protocol guide, error codes", "Kafka's Errors and its exceptions (retriable or not)"),
    apis={"Produce": 3, "Fetch": 4, "Metadata": 4},
    signatures={
        "other-code": "another code of the same class",
        "other-class": "a code of another class: a client would retry what is final, or give up what passes",
        "no-error": "the condition was answered without an error",
        "no-answer": "the condition closed the connection or got no answer",
    },
)
def check(run: Run) -> None:
    """Provoke each condition once."""
    topic = run.topic()
    run.session.produce(topic, data_batch(run.name("value"), 3))
    for condition in conditions(run, topic):
        try:
            exchange, codes = condition.send()
        except NoAnswer as missing:
            if missing.exchange is None:
                raise
            run.violated("no-answer", expected=named(condition), seen=missing.detail, evidence=missing.exchange)
            continue
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
            continue
        run.judge(
            set(codes) == {condition.code},
            signature(condition, codes),
            expected=named(condition),
            seen=", ".join(f"{error_name(code)} ({code})" for code in codes) or "an answer without this part",
            evidence=exchange,
        )


def named(condition: Condition) -> str:
    """`INVALID_GROUP_ID (24) for JoinGroup of a group without a name`."""
    return f"{condition.code.name} ({int(condition.code)}) for {condition.what}"


def signature(condition: Condition, codes: list[int]) -> str:
    """In which way the codes are not Kafka's."""
    if not any(codes):
        return "no-error"
    same = all((code in RETRIABLE) == (condition.code in RETRIABLE) for code in codes if code)
    return "other-code" if same else "other-class"
