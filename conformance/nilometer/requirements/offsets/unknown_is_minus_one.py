"""O3: without a commit there is -1, and a null list asks for everything."""

from __future__ import annotations

from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import Committed, offsets
from nilometer.requirements.offsets._commits import OFFSETS, Commit, commit
from nilometer.run import Run


@requirement(
    id="O3",
    name="offsets.unknown_is_minus_one",
    level="MUST",
    sentence="OffsetFetch for a partition without a commit answers offset -1, leader epoch -1, empty metadata and no "
    "error; a null list of topics answers all offsets of the group",
    profiles=("groups",),
    sources=("KIP-88", "KIP-709"),
    apis=OFFSETS,
    signatures={
        "not-minus-one": "a partition without a commit was not answered -1, -1, empty metadata and no error",
        "left-out": "a partition that was asked for is not in the answer",
        "not-all": "the answer to a null list is not what the group has committed",
    },
)
def check(run: Run) -> None:
    """A group that nobody knows, then one with commits for some partitions."""
    topic = run.topic(partitions=3)
    wanted = [0, 1, 2]
    for group in (run.name("unknown-group"), run.group()):
        is_known = group in run.subject.groups
        if is_known:
            exchange, codes = commit(run.session, group, Commit(topic.name, 7, 1), Commit(topic.name, 9, 2))
            if codes != [0, 0]:
                run.note(f"commits were answered {[named(code) for code in codes]} (O9)")
                continue
        exchange, found = offsets(run.session, group, {topic.name: wanted})
        for index in wanted:
            if (topic.name, index) not in found:
                run.violated("left-out", expected=f"an answer for partition {index}", seen="none", evidence=exchange)
                continue
            if is_known and index > 0:
                continue
            seen = found[topic.name, index]
            run.judge(
                (seen.error_code, seen.offset, seen.leader_epoch, seen.metadata or "") == (0, -1, -1, ""),
                "not-minus-one", expected=Committed(exchange, -1), seen=seen, evidence=exchange,
            )  # fmt: skip
        if is_known and run.versions.serves("OffsetFetch", 2):
            exchange, everything = offsets(run.session, group, None)
            seen_offsets = {at: one.offset for at, one in everything.items()}
            expected = {(topic.name, 1): 7, (topic.name, 2): 9}
            run.judge(seen_offsets == expected, "not-all", expected=expected, seen=seen_offsets, evidence=exchange)
