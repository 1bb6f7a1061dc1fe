"""Differences, and pointers to where they are."""

from nilometer_models.schema.difference import Difference, Severity, token


def test_a_difference_breaks_unless_its_dialect_says_otherwise() -> None:
    assert Difference("type mismatch", "long is read as int").breaks
    assert not Difference("doc changed", "…", severity=Severity.HARMLESS).breaks


def test_places_are_taken_relative_to_the_pair_that_found_them() -> None:
    found = Difference("size", "2 is not 3", reader="/size", writer="/size").below("/fields/0/type", "/fields/7/type")
    assert (found.reader, found.writer) == ("/fields/0/type/size", "/fields/7/type/size")


def test_the_writers_place_is_printed_where_it_is_another_one() -> None:
    assert str(Difference("kind", "sentence", "/a", "/a")) == "/a: sentence [kind]"
    assert str(Difference("kind", "sentence", "/a", "/b")) == "/a (writer: /b): sentence [kind]"
    assert str(Difference("kind", "sentence")) == "/: sentence [kind]"


def test_a_name_in_a_pointer_is_escaped() -> None:
    assert token("a/b~c") == "/a~1b~0c"
