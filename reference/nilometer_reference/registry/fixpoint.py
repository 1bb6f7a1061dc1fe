"""Which pairs of a recursive schema are compatible: the greatest fixpoint of a rule.

    rule(reader, writer, reads) -> reasons      empty: compatible, given that `reads` answers truly of other pairs

A pair is compatible unless it is shown not to be; when a pair falls, those that asked about it are judged again, so
that nothing rests on an answer that was only assumed. Each pair falls at most once. A rule must ask about all pairs
that it may ever rest on, whatever it is answered, and must not fall less when more has fallen.
Source: Knaster and Tarski; schemas are graphs, data are finite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Node = TypeVar("Node")
Reads = Callable[[Node, Node], bool]
Rule = Callable[[Node, Node, Reads[Node]], Iterable[str]]


def differences(reader: Node, writer: Node, rule: Rule[Node]) -> list[str]:
    """Why `reader` cannot read everything that `writer` writes: the reasons of all fallen pairs that the pair rests on
    by fallen pairs alone, each once; empty if it can.
    """
    root = reader, writer
    asks = _asks(root, rule)
    askers: dict[tuple[Node, Node], list[tuple[Node, Node]]] = {pair: [] for pair in asks}
    for pair, asked in asks.items():
        for one in asked:
            askers[one].append(pair)
    fallen: dict[tuple[Node, Node], list[str]] = {}

    def reads(one: Node, other: Node) -> bool:
        return (one, other) not in fallen

    waiting = list(asks)
    while waiting:
        pair = waiting.pop()
        if pair not in fallen:
            reasons = list(rule(*pair, reads))
            if reasons:
                fallen[pair] = reasons
                waiting += askers[pair]
    if root not in fallen:
        return []
    blamed = dict.fromkeys([root])
    queue = [root]
    while queue:
        for pair in asks[queue.pop()]:
            if pair in fallen and pair not in blamed:
                blamed[pair] = None
                queue.append(pair)
    return list(dict.fromkeys(why for pair in blamed for why in fallen[pair]))


def _asks(root: tuple[Node, Node], rule: Rule[Node]) -> dict[tuple[Node, Node], list[tuple[Node, Node]]]:
    """Every pair that the root may rest on, and which each of them asks about."""
    found: dict[tuple[Node, Node], list[tuple[Node, Node]]] = {root: []}
    queue = [root]
    while queue:
        asked: dict[tuple[Node, Node], None] = {}

        def note(one: Node, other: Node, asked: dict[tuple[Node, Node], None] = asked) -> bool:
            asked[one, other] = None
            return True

        pair = queue.pop()
        list(rule(*pair, note))
        found[pair] = list(asked)
        for one in asked:
            if one not in found:
                found[one] = []
                queue.append(one)
    return found
