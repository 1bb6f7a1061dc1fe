"""Subject names, plain and within contexts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry.errors import RegistryError
from nilometer_reference.registry.subjects import Subject, context_name, parse_subject

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8).filter(
    lambda name: not name.startswith(":") and name not in ("__GLOBAL", "__EMPTY")
)


@given(st.sampled_from([".", ".c", ".a.b"]), NAMES)
def test_a_subject_is_read_as_it_is_written(context: str, name: str) -> None:
    assert parse_subject(str(Subject(context, name))) == Subject(context, name)


def test_a_plain_name_is_in_the_context_of_its_path() -> None:
    assert parse_subject("s", ".c") == Subject(".c", "s")
    assert parse_subject(":.d:s", ".c") == Subject(".d", "s")
    assert parse_subject(":.:s") == Subject(".", "s")


@pytest.mark.parametrize("name", ["__GLOBAL", "__EMPTY", "a\nb", "\x7f"])
def test_names_that_are_reserved_or_hold_control_characters_are_refused(name: str) -> None:
    with pytest.raises(RegistryError) as refused:
        parse_subject(name)
    assert refused.value.code == 42208


def test_the_dot_of_a_context_may_be_left_out() -> None:
    assert context_name("c") == context_name(".c") == context_name(":.c:") == ".c"
