"""I8: a producer that was idle for less than its expiration goes on where it was."""

from __future__ import annotations

import time

from nilometer.requirement import requirement
from nilometer.requirements._broker_settings import broker_settings
from nilometer.requirements.idempotence._questions import Question, ask
from nilometer.requirements.idempotence._writer import PartitionLog, Writer
from nilometer.run import Run
from nilometer.settings import Profile
from nilometer.verdict import Reason

PRODUCERS = "producer.id.expiration.ms"
PRODUCERS_DEFAULT_MS = 86_400_000
TRANSACTIONAL_IDS = "transactional.id.expiration.ms"
TRANSACTIONAL_IDS_DEFAULT_MS = 604_800_000
IDLE_S = {Profile.SMOKE: 0.2}
IDLE_OTHERWISE_S = 1.2
IDLE_LONGEST_S = 8.0
SIGNATURES = {
    Question.RETRY: "retry-not-recognised",
    Question.OLDER: "retry-not-recognised",
    Question.GAP: "gap-accepted",
    Question.OLD_EPOCH: "old-epoch-accepted",
    Question.NEXT: "next-refused",
}


@requirement(
    id="I8",
    name="idempotence.idle_producer",
    level="MUST",
    sentence="A producer that was idle for less than producer.id.expiration.ms continues with its next sequence, "
    "however short transactional.id.expiration.ms is",
    profiles=("idempotence",),
    sources=("KIP-98", "KIP-854", "redpanda #22670"),
    apis={"InitProducerId": 0, "Produce": 3, "Fetch": 4},
    signatures={
        "next-refused": "after an idle time below its expiration the producer's next batch was refused",
        "retry-not-recognised": "after an idle time below its expiration a retry was refused or appended again",
        "gap-accepted": "after an idle time below its expiration the producer was treated as unknown",
        "old-epoch-accepted": "after an idle time below its expiration an older epoch of the producer was accepted",
    },
)
def check(run: Run) -> None:
    """Idle for longer than the other expiration where that is short, else for a moment."""
    settings = broker_settings(run.session, PRODUCERS, TRANSACTIONAL_IDS)
    producers_ms = settings.get(PRODUCERS, PRODUCERS_DEFAULT_MS)
    transactional_ms = settings.get(TRANSACTIONAL_IDS, TRANSACTIONAL_IDS_DEFAULT_MS)
    wanted_s = idle_time_s(producers_ms, transactional_ms, IDLE_S.get(run.settings.profile, IDLE_OTHERWISE_S))
    topic = run.topic()
    log = PartitionLog(run.session, topic)
    control, idle = Writer(run.session, topic, log), Writer(run.session, topic, log)
    for writer in (control, idle):
        writer.write()
        writer.must_take(writer.batch(0, 2, epoch=1)) if _bumps(writer) else writer.write(2)
        writer.write()
    known = {reply.question for reply in ask(control, retries=1) if reply.right}
    began = time.monotonic()
    time.sleep(wanted_s)  # what is judged is that nothing happens in this time
    replies = ask(idle, retries=1)
    idle_ms = (time.monotonic() - began) * 1_000
    if idle_ms >= producers_ms:
        run.not_observable(Reason.CLOCK_UNUSABLE, f"idle for {idle_ms:.0f} ms, longer than {PRODUCERS}={producers_ms}")
    for reply in replies:
        if reply.question not in known:
            run.skip(Reason.REFUSED, f"{reply.question} is answered wrongly without idling too (I2, I4, I5)")
            continue
        expected = f"{reply.expected}, after {wanted_s:g} s without a batch; {PRODUCERS}={producers_ms}"
        right = run.judge(
            reply.right, SIGNATURES[reply.question], expected=expected, seen=reply.seen, evidence=idle.exchanges
        )
        if not right:
            return
    if idle_ms > transactional_ms:
        run.note(f"idle for longer than {TRANSACTIONAL_IDS}={transactional_ms}")


def _bumps(writer: Writer) -> bool:
    """Whether the leader lets a producer raise its epoch; then there is an older one to ask for."""
    probe = Writer(writer.session, writer.topic, writer.log)
    probe.write()
    answer = probe.send(raised := probe.batch(0, epoch=1))
    if answer.ok:
        probe.took(raised, answer)
        writer.epoch = 1
    return answer.ok


def idle_time_s(producers_ms: int, transactional_ms: int, usual_s: float) -> float:
    """Longer than the expiration of transactional ids if that is the shorter one and can be waited for."""
    beyond_s = transactional_ms / 1_000 * 1.5 + 0.2
    if beyond_s < min(producers_ms / 1_000 * 0.8, IDLE_LONGEST_S):
        return beyond_s
    return min(usual_s, producers_ms / 2_000)
