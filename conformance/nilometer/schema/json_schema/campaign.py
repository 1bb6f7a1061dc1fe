"""The same pairs by rules, by data, and by a checker of containment that we did not write.

asked of a pair                                must agree with
rules (`confluent`) accept                     no value is found that the reader refuses
rules refuse                                   a value is found, or containment does not hold
jsonsubschema says contained                   no value is found
data prove containment                         jsonsubschema does not deny it

Values are ours (`instances.py`) and those of hypothesis-jsonschema; the judge of a value is `jsonschema`. Where two do
not agree, there is a reason, found by taking it away (`reasons.py`), or the kind of difference is one in which the
rules are stricter than data (`known.py` has a pair for each). Anything else is a finding.

    python -m nilometer.schema.json_schema --pairs 10000 --seed 1
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, combinations
from random import Random
from typing import Any, Protocol

from nilometer.schema.json_schema.generators import Pair, pair
from nilometer.schema.json_schema.known import STRICTER
from nilometer.schema.json_schema.peers import VALUES, Answer
from nilometer.schema.json_schema.reasons import PEERS_REASONS, ROOM, SIZES, edited, reasons, refutes
from nilometer_models.schema.json_schema import CONFLUENT, Kind, can_read, parse
from nilometer_models.schema.json_schema.instances import Instances
from nilometer_models.schema.json_schema.semantic import Answer as Data
from nilometer_models.schema.json_schema.semantic import Judge, Verdict, contained

NOTHING: dict[str, Any] = {"not": {}}
"""Reads nothing."""

HARDER = 2_000
"""Values tried once more where the rules refuse and none was found."""


class Peer(Protocol):
    """Containment and values by others."""

    def ask(self, reader: Any, writer: Any, count: int = VALUES) -> Answer:
        """Of one pair."""


@dataclass(frozen=True)
class Disagreement:
    """One thing that nothing explains."""

    what: str
    pair: Pair
    witness: Any = None

    def __str__(self) -> str:
        lines = [self.what, f"  writer {json.dumps(self.pair.writer_written)}"]
        lines.append(f"  reader {json.dumps(self.pair.reader_written)}")
        return "\n".join([*lines, f"  value {json.dumps(self.witness, default=str)}"])


@dataclass
class Tally:
    """What a campaign counted."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Disagreement] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(f"{count:9,} {what}" for what, count in self.counts.most_common())


def run(pairs: int, random: Random, peer: Peer | None = None) -> Tally:
    """That many pairs."""
    tally = Tally()
    for _ in range(pairs):
        judge(pair(random), peer, tally)
    return tally


def judge(one: Pair, peer: Peer | None, tally: Tally) -> None:
    """Everything that is asked of one pair."""
    answer = peer.ask(one.reader_written, one.writer_written) if peer else Answer(None)
    refused = can_read(CONFLUENT, one.reader, one.writer)
    data = contained(one.reader, one.writer, answer.values)
    if refused and data.verdict is Verdict.UNKNOWN:
        data = contained(one.reader, one.writer, answer.values, mixed=HARDER)
    tally.counts["pairs"] += 1
    tally.counts[f"rules {'refuse' if refused else 'accept'}, data: {data.verdict.value}"] += 1
    tally.counts[f"jsonsubschema: {WORDS[answer.contained]}"] += peer is not None
    kinds = {Kind(difference.kind) for difference in refused}
    told = [*(_refused(one, kinds, data, answer, peer, tally) if refused else _accepted(one, data, tally))]
    if peer:
        told += _peer(one, data, answer, peer, tally)
    tally.findings += [Disagreement(what, one, data.witness) for what in told]


WORDS = {True: "contained", False: "not contained", None: "no answer"}


def _accepted(one: Pair, data: Data, tally: Tally) -> Iterator[str]:
    if data.verdict is not Verdict.REFUTED:
        return
    why = reasons(one.reader_written, one.writer_written, data.witness)
    if why:
        tally.counts[f"accepted and refuted, explained: {' and '.join(why)}"] += 1
    else:
        yield f"rules accept, and a value is refused: {data.reason}"


def _refused(one: Pair, kinds: set[Kind], data: Data, answer: Answer, peer: Peer | None, tally: Tally) -> Iterator[str]:
    if data.verdict is Verdict.REFUTED:
        tally.counts["refused, and a value shows why"] += 1
    elif data.verdict is Verdict.PROVED or answer.contained:
        if peer and peer.ask(NOTHING, one.writer_written, 0).contained:
            tally.counts["refused although contained, explained: the writer can write nothing"] += 1
            return
        if refuted_with_room(one):
            tally.counts["refused although contained, explained: no value is large enough to differ"] += 1
            return
        tally.counts.update(f"refused although contained, explained: {kind}" for kind in kinds & STRICTER.keys())
        if unlisted := kinds - STRICTER.keys():
            yield f"rules refuse ({', '.join(sorted(unlisted))}), and every value is read"
    elif not writes(one, answer):
        tally.counts["refused, explained: no value of the writer was found, it may have none"] += 1
    else:
        tally.counts[f"refused, no value found, jsonsubschema: {WORDS[answer.contained]}"] += 1


def refuted_with_room(one: Pair) -> bool:
    """Whether a value shows the difference once objects and lists may be larger, and the writer's hold anything."""
    reader = edited(one.reader_written, SIZES, set())
    return any(
        contained(parse(json.dumps(reader)), parse(json.dumps(edited(one.writer_written, edit, set())))).verdict
        is Verdict.REFUTED
        for edit in (SIZES, ROOM)
    )


def writes(one: Pair, answer: Answer) -> bool:
    """Whether some value is the writer's."""
    ours = Instances(CONFLUENT, one.reader, one.writer)
    judge_of_writer = Judge(one.writer)
    return any(judge_of_writer.valid(value) for value in (*ours.all(), *answer.values))


def _peer(one: Pair, data: Data, answer: Answer, peer: Peer, tally: Tally) -> Iterator[str]:
    if answer.contained and data.verdict is Verdict.REFUTED:
        why = _peers_reason(one, data.witness, peer)
        if why:
            tally.counts[f"jsonsubschema says contained and a value shows not, explained: {why}"] += 1
        else:
            yield f"jsonsubschema says contained, and a value is refused: {data.reason}"
    elif answer.contained is False and data.verdict is Verdict.PROVED:
        yield f"jsonsubschema says not contained, and {data.reason}"


def _peers_reason(one: Pair, witness: Any, peer: Peer) -> str:
    """Without it the peer does not contradict the witness."""
    for names in chain(combinations(PEERS_REASONS, 1), combinations(PEERS_REASONS, 2)):
        new, old = one.reader_written, one.writer_written
        for name in names:
            new, old = (edited(side, PEERS_REASONS[name], set()) for side in (new, old))
        if not refutes(new, old, witness) or peer.ask(new, old, 0).contained is False:
            return " and ".join(names)
    return ""
