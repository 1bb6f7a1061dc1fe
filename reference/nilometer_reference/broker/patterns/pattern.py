"""Regular expressions whose time does not explode: what a client sends is matched in time linear in the text.

    pattern ──parse──▶ tree ──compile──▶ program of a nondeterministic automaton ──▶ all its states at once, a
                                                                                      character at a time
    instruction       goes on
    one of            after a character of the set
    edge              at once, if the edge is here
    fork              at once, at each of its targets
    match             nowhere: the text has been read

Kafka uses RE2/J for the same reason. Sets of states that were met before are remembered, so that most characters
cost one look-up.

Sources: KIP-1152; Thompson, "Regular Expression Search Algorithm" (1968); Cox, swtch.com/~rsc/regexp.
"""

from __future__ import annotations

from collections.abc import Iterable

from nilometer_reference.broker.patterns.syntax import parse
from nilometer_reference.broker.patterns.tree import Chain, Edge, Either, OneOf, Repeat, Tree
from nilometer_reference.wire.errors import ErrorCode, KafkaError

INSTRUCTIONS_MAX = 2_000
"""Longest program; a longer pattern is refused, as RE2 does by memory."""
STEPS_REMEMBERED_MAX = 10_000

MATCH = None
Fork = tuple[int, ...]
Instruction = OneOf | Edge | Fork | None


class Pattern:
    """A compiled pattern. Raises INVALID_REGULAR_EXPRESSION (128) for one that cannot be."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._program: list[Instruction] = []
        self._compile(parse(text))
        self._emit(MATCH)
        self._has_edges = any(isinstance(instruction, Edge) for instruction in self._program)
        self._steps: dict[tuple[frozenset[int], str, str], frozenset[int]] = {}

    def matches(self, text: str) -> bool:
        """Whether the pattern matches the whole text."""
        states = self._follow([0], "", text[:1])
        for index, character in enumerate(text):
            states = self._step(states, character, text[index + 1 : index + 2] if self._has_edges else "")
            if not states:
                return False
        return any(self._program[state] is MATCH for state in states)

    # Running

    def _step(self, states: frozenset[int], character: str, after: str) -> frozenset[int]:
        key = (states, character, after)
        found = self._steps.get(key)
        if found is None:
            program = self._program
            taken = [state + 1 for state in states if isinstance(one := program[state], OneOf) and character in one]
            found = self._follow(taken, character, after)
            if len(self._steps) >= STEPS_REMEMBERED_MAX:
                self._steps.clear()
            self._steps[key] = found
        return found

    def _follow(self, begin: Iterable[int], before: str, after: str) -> frozenset[int]:
        """All states that are reached without a character, between `before` and `after` ("" at the ends)."""
        reached: set[int] = set()
        waiting = list(begin)
        while waiting:
            state = waiting.pop()
            if state in reached:
                continue
            reached.add(state)
            instruction = self._program[state]
            if isinstance(instruction, Edge):
                if _holds(instruction, before, after):
                    waiting.append(state + 1)
            elif isinstance(instruction, tuple):
                waiting += instruction
        return frozenset(reached)

    # Compiling

    def _emit(self, instruction: Instruction) -> int:
        if len(self._program) >= INSTRUCTIONS_MAX:
            raise KafkaError(
                ErrorCode.INVALID_REGULAR_EXPRESSION, f"a pattern of more than {INSTRUCTIONS_MAX} instructions"
            )
        self._program.append(instruction)
        return len(self._program) - 1

    def _compile(self, tree: Tree) -> None:
        match tree:
            case OneOf() | Edge():
                self._emit(tree)
            case Chain(items):
                if not items:
                    self._emit((len(self._program) + 1,))  # so that nothing, a thousand times over, is refused too
                for item in items:
                    self._compile(item)
            case Either(items):
                self._compile_either(items)
            case Repeat(item, least, most):
                for _ in range(least):
                    self._compile(item)
                if most is None:
                    fork = self._emit(())
                    self._compile(item)
                    self._emit((fork,))
                    self._program[fork] = (fork + 1, len(self._program))
                else:
                    forks = []
                    for _ in range(most - least):
                        forks.append(self._emit(()))
                        self._compile(item)
                    for fork in forks:
                        self._program[fork] = (fork + 1, len(self._program))

    def _compile_either(self, items: tuple[Tree, ...]) -> None:
        fork = self._emit(())
        starts: list[int] = []
        ends: list[int] = []
        for item in items:
            starts.append(len(self._program))
            self._compile(item)
            ends.append(self._emit(()))
        self._program[fork] = tuple(starts)
        for end in ends:
            self._program[end] = (len(self._program),)


def _is_word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def _holds(edge: Edge, before: str, after: str) -> bool:
    match edge:
        case Edge.TEXT_START:
            return not before
        case Edge.TEXT_END:
            return not after
        case Edge.LINE_START:
            return before in ("", "\n")
        case Edge.LINE_END:
            return after in ("", "\n")
    return (_is_word(before) != _is_word(after)) == (edge is Edge.WORD_EDGE)
