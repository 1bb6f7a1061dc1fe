"""Nodes: what they take over, and what they are called."""

from __future__ import annotations

from nilometer_reference.registry.json_node import Node


def test_a_node_keeps_annotations_of_its_own_when_it_becomes_another() -> None:
    plain, noted = Node("number", words={"maximum": 3}), Node(at="/a", has_default=True)
    noted.become(plain)
    assert (noted.kind, noted.words, noted.at, noted.has_default) == ("number", {"maximum": 3}, "/a", True)
    other = Node()
    other.become(noted)
    assert other.has_default


def test_an_integer_is_called_so_and_criteria_are_combined() -> None:
    assert [str(Node("number")), str(Node("number", words={"integer": True}))] == ["number", "integer"]
    assert [Node(kind).is_combined for kind in ("allOf", "anyOf", "oneOf", "not", "empty")] == [True] * 3 + [False] * 2


def test_nodes_are_equal_only_to_themselves() -> None:
    assert Node("null") != Node("null")
