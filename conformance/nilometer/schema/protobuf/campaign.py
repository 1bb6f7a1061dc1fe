"""The same pairs by rules, by grades, by Google's runtime, and by checkers that we did not write.

asked of a pair                    must agree with
grade                              the runtime: no drawn value fails, changes or lacks a required field against it
`buf-csr` accepts                  `confluent` and `buf-wire` accept
`buf-wire` accepts                 the grade is FAITHFUL at least, and all required fields are there
a peer's verdict                   our dialect of its name

    python -m nilometer.schema.protobuf --pairs 10000 --seed 1 [--buf] [--confluent]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from nilometer.schema.protobuf.generators import Pair, pair
from nilometer.schema.protobuf.peers import Peer
from nilometer.schema.protobuf.values import classes, compare, draw
from nilometer_models.schema.protobuf import DIALECTS, can_read
from nilometer_models.schema.protobuf.meaning import Grade, Report, report

DATA = 12
IMPLIED = {"buf-csr": ("confluent", "confluent-by-number", "buf-wire")}


@dataclass(frozen=True)
class Disagreement:
    """One thing that must not be."""

    what: str
    pair: Pair

    def __str__(self) -> str:
        return f"{self.what}\n--- writer\n{self.pair.writer_text}--- reader\n{self.pair.reader_text}"


@dataclass
class Tally:
    """What a campaign counted."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Disagreement] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(f"{count:9,} {what}" for what, count in self.counts.most_common())


def run(pairs: int, random: Random, peers: Sequence[Peer] = (), data: int = DATA) -> Tally:
    """Draws pairs and judges each."""
    tally = Tally()
    for _ in range(pairs):
        one = pair(random)
        tally.counts["pairs"] += 1
        accepted = {name for name, dialect in DIALECTS.items() if not can_read(dialect, one.reader, one.writer)}
        tally.counts.update(f"accepted by {name}" for name in accepted)
        graded = report(one.reader, one.writer)
        tally.counts[f"grade {graded.grade.name}"] += 1
        if graded.grade is Grade.NONE and "confluent" in accepted:
            tally.counts["accepted by confluent, and some value cannot be parsed"] += 1
        told = [
            *_laws(accepted, graded),
            *_values(one, graded, random, data, tally),
            *_peers(one, accepted, peers, tally),
        ]
        tally.findings += [Disagreement(what, one) for what in told]
    return tally


def _laws(accepted: set[str], graded: Report) -> Iterator[str]:
    for name, implied in IMPLIED.items():
        for other in implied:
            if name in accepted and other not in accepted:
                yield f"{name} accepts and {other} does not"
    if "buf-wire" in accepted and (graded.grade < Grade.FAITHFUL or not graded.initialised):
        yield f"buf-wire accepts, and the grade is {graded}"


def _values(one: Pair, graded: Report, random: Random, data: int, tally: Tally) -> Iterator[str]:
    readers, writers = classes(one.reader_text), classes(one.writer_text)
    worst = Grade.LOSSLESS
    for name in sorted(writers.keys() & readers.keys()):
        for _ in range(data):
            outcome = compare(readers[name], sent := draw(random, writers[name]()))
            tally.counts["values"] += 1
            shown = Grade.NONE if not outcome.parsed else Grade.LOSSLESS if outcome.equal else Grade.DEFINED
            worst = min(worst, shown)
            against = not outcome.parsed and graded.grade is not Grade.NONE
            against |= not outcome.equal and graded.grade is Grade.LOSSLESS
            if against or (graded.initialised and not outcome.initialised):
                yield f"{graded}, and a value of {name} is {outcome}: {sent}"
    if graded.grade < Grade.LOSSLESS:
        tally.counts[f"grade {graded.grade.name} {'shown' if worst < Grade.LOSSLESS else 'not shown'} by a value"] += 1


def _peers(one: Pair, accepted: set[str], peers: Sequence[Peer], tally: Tally) -> Iterator[str]:
    for peer in peers:
        told = peer.breaks(one.reader_text, one.writer_text)
        tally.counts[f"asked of the peer for {peer.dialect}"] += 1
        if (not told) != (peer.dialect in accepted):
            ours = [str(found) for found in can_read(DIALECTS[peer.dialect], one.reader, one.writer)]
            yield f"{peer.dialect}: the peer says {told}, we say {ours}"
