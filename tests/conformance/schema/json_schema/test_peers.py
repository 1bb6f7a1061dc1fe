"""A checker of containment in a child process: it answers, it may be slow, it may not be there."""

from __future__ import annotations

import sys

import pytest

from nilometer.schema.json_schema.peers import PROGRAM, Answer, Checkers, NoPeer, checkers
from nilometer_models.schema.json_schema import parse
from nilometer_models.schema.json_schema.semantic import Judge


@pytest.mark.usefixtures("empty_nilometer_home")
def test_a_peer_that_is_not_there_says_how_to_get_it() -> None:
    with pytest.raises(NoPeer, match="nilometer extras install json-checkers"), checkers():
        pass


def test_containment_and_values() -> None:
    try:
        with checkers() as peer:
            wider = peer.ask({"type": "number"}, {"type": "integer"})
            assert wider.contained is True
            assert peer.ask({"type": "integer"}, {"type": "number"}).contained is False
            assert peer.ask({}, {"type": "object", "dependencies": {"a": ["b"]}}).contained is not False
            drawn = peer.ask({}, {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}).values
    except NoPeer as none:
        pytest.skip(str(none))
    assert wider.values
    assert all(isinstance(value, int) for value in wider.values)
    judge = Judge(parse('{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}'))
    assert drawn
    assert all(judge.valid(value) for value in drawn)


def test_a_child_that_hangs_or_ends_is_replaced() -> None:
    program = (
        "import sys\nfor line in sys.stdin:\n    if 'hang' in line: sys.stdin.read()\n    if 'end' in line: break\n"
    )
    program += '    print(\'{"contained": true, "values": [1]}\', flush=True)\n'
    peer = Checkers([sys.executable, "-u", "-c", program], patience_s=3)
    try:
        assert peer.ask({}, {}) == Answer(True, (1,))
        assert peer.ask("hang", {}) == Answer(None)
        assert peer.ask({}, {}) == Answer(True, (1,))
        assert peer.ask("end", {}) == Answer(None)
        assert peer.ask({}, {}) == Answer(True, (1,))
    finally:
        peer.close()


def test_the_program_stands_beside_the_peers() -> None:
    assert PROGRAM.is_file()
