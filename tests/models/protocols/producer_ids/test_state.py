"""Which block a broker takes."""

from __future__ import annotations

import pytest

from nilometer_models.protocols.producer_ids.state import Block, Broker, Config, Rules, block, is_exhausted, refusal

IN_USE = Broker(Block(4, 6, 5), None, asked=True)


@pytest.mark.parametrize(
    ("rule", "taken"), [("after_last", [7, 8]), ("at_last", [6, 7, 8]), ("anywhere", [3, 4, 5, 6, 7, 8])]
)
def test_a_block_begins_after_the_one_in_use(rule: str, taken: list[int]) -> None:
    c = Config(rules=Rules(block_begins=rule))
    assert [first for first in range(3, 9) if refusal(c, IN_USE, first) is None] == taken


def test_a_broker_without_a_block_takes_any() -> None:
    assert refusal(Config(), Broker(None, None, asked=True), 0) is None


def test_a_block_is_exhausted_after_its_last_id() -> None:
    fresh = block(Config(block_size=2), 4)
    assert fresh == Block(4, 5, 4)
    assert [is_exhausted(fresh._replace(next=following)) for following in (4, 5, 6)] == [False, False, True]
    assert is_exhausted(None)
