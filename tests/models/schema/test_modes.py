"""The modes as algebra over any `can_read`, and the wrong modes that the laws tell from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from nilometer_models.schema import modes
from nilometer_models.schema.difference import Difference
from nilometer_models.schema.modes import Direction, Mode, Version, check, history

PLAIN = {
    Mode.BACKWARD_TRANSITIVE: Mode.BACKWARD,
    Mode.FORWARD_TRANSITIVE: Mode.FORWARD,
    Mode.FULL_TRANSITIVE: Mode.FULL,
}
schemas = st.integers(0, 4)
relations = st.frozensets(st.tuples(schemas, schemas))
"""(reader, writer) pairs that cannot be read; any relation at all, as the modes know nothing of languages."""
groups = st.sampled_from([{}, {"major": "1"}, {"major": "2"}])
histories = st.lists(st.tuples(schemas, st.booleans(), groups), max_size=6).map(
    lambda rows: [Version(n, s, soft_deleted=d, properties=g) for n, (s, d, g) in enumerate(rows, 1)]
)
Broken = frozenset[tuple[int, int]]


def reads(broken: Broken) -> Callable[[int, int], Sequence[Difference]]:
    return lambda reader, writer: [Difference("unreadable", "")] if (reader, writer) in broken else []


def accepts(mode: Mode, broken: Broken, new: int, versions: list[Version[int]]) -> bool:
    return not check(mode, reads(broken), Version(99, new), versions)


@given(relations, schemas, histories)
def test_full_is_backward_and_forward(broken: Broken, new: int, versions: list[Version[int]]) -> None:
    for suffix in ("", "_TRANSITIVE"):
        both = [accepts(Mode[name + suffix], broken, new, versions) for name in ("BACKWARD", "FORWARD")]
        assert accepts(Mode["FULL" + suffix], broken, new, versions) == all(both)


@given(relations, schemas, schemas)
def test_backward_of_a_pair_is_forward_of_the_pair_turned_round(broken: Broken, old: int, new: int) -> None:
    def one(mode: Mode, new: int, old: int) -> bool:
        return accepts(mode, broken, new, [Version(1, old)])

    assert one(Mode.BACKWARD, new, old) == one(Mode.FORWARD, old, new)
    assert one(Mode.FULL, new, old) == one(Mode.FULL, old, new)


def test_reader_and_writer_swapped_is_told_from_the_right_order() -> None:
    broken = frozenset({(2, 1)})
    assert not accepts(Mode.BACKWARD, broken, 2, [Version(1, 1)])
    assert accepts(Mode.FORWARD, broken, 2, [Version(1, 1)])


@given(relations, schemas, histories)
def test_transitive_implies_plain(broken: Broken, new: int, versions: list[Version[int]]) -> None:
    for transitive, plain in PLAIN.items():
        assert not accepts(transitive, broken, new, versions) or accepts(plain, broken, new, versions)


def test_plain_does_not_imply_transitive() -> None:
    """A field comes with a default, then loses the default: 1-2 and 2-3 hold, 1-3 does not."""
    broken = frozenset({(3, 1)})
    versions = [Version(1, 1), Version(2, 2)]
    assert accepts(Mode.BACKWARD, broken, 3, versions)
    assert not accepts(Mode.BACKWARD_TRANSITIVE, broken, 3, versions)


@given(relations, schemas, histories, st.sampled_from(list(Mode)))
def test_soft_deleted_versions_are_no_history(
    broken: Broken, new: int, versions: list[Version[int]], mode: Mode
) -> None:
    live = [version for version in versions if not version.soft_deleted]
    assert accepts(mode, broken, new, versions) == accepts(mode, broken, new, live)


Check = Callable[..., list[modes.Finding]]


def says_what_its_words_say(checked: Check, broken: Broken, new: int, versions: list[Version[int]]) -> bool:
    """The law of all seven modes, read off their names."""
    live = [version.schema for version in versions if not version.soft_deleted]
    for mode in Mode:
        looked_at = live if mode.name.endswith("_TRANSITIVE") else live[-1:]
        backward, forward = (word in mode.name or "FULL" in mode.name for word in ("BACKWARD", "FORWARD"))
        wrong = [
            old for old in looked_at if (backward and (new, old) in broken) or (forward and (old, new) in broken)
        ]  # fmt: skip
        if bool(checked(mode, reads(broken), Version(99, new), versions)) != bool(wrong):
            return False
    return True


@given(relations, schemas, histories)
def test_every_mode_is_what_its_words_say(broken: Broken, new: int, versions: list[Version[int]]) -> None:
    assert says_what_its_words_say(check, broken, new, versions)


def last_version_only(mode: Mode, *rest: object) -> list[modes.Finding]:
    return check(PLAIN.get(mode, mode), *rest)  # type: ignore[arg-type]


def first_version_only(
    mode: Mode, can_read: modes.CanRead[int], new: Version[int], old: list[Version[int]]
) -> list[modes.Finding]:
    return check(mode, can_read, new, [version for version in old if not version.soft_deleted][:1])


def deleted_versions_too(
    mode: Mode, can_read: modes.CanRead[int], new: Version[int], old: list[Version[int]]
) -> list[modes.Finding]:
    return check(mode, can_read, new, [replace(version, soft_deleted=False) for version in old])


def swapped(
    mode: Mode, can_read: modes.CanRead[int], new: Version[int], old: list[Version[int]]
) -> list[modes.Finding]:
    return check(mode, lambda reader, writer: can_read(writer, reader), new, old)


@pytest.mark.parametrize("mutant", [last_version_only, first_version_only, deleted_versions_too, swapped])
def test_a_wrong_check_breaks_the_law_of_the_modes(mutant: Check) -> None:
    drawn = st.tuples(relations, schemas, histories)
    patient = settings(max_examples=2_000, database=None, phases=[Phase.generate])
    found = find(drawn, lambda one: not says_what_its_words_say(mutant, *one), settings=patient, random=Random(2))
    assert says_what_its_words_say(check, *found)


@given(histories, groups)
def test_a_compatibility_group_keeps_versions_of_the_same_property(
    versions: list[Version[int]], own: dict[str, str]
) -> None:
    new = Version(99, 0, properties=own)
    for version in history(versions, new, "major"):
        assert version.properties.get("major") == own.get("major")
    assert history(versions, new, None) == [version for version in versions if not version.soft_deleted]


def test_transitive_modes_look_at_the_newest_version_first() -> None:
    found = check(
        Mode.FULL_TRANSITIVE, reads(frozenset({(9, 1), (9, 2), (2, 9)})), Version(3, 9), [Version(1, 1), Version(2, 2)]
    )
    assert [(finding.version, finding.direction) for finding in found] == [
        (2, Direction.BACKWARD), (2, Direction.FORWARD), (1, Direction.BACKWARD)
    ]  # fmt: skip


@pytest.mark.parametrize("mode", list(Mode))
def test_a_first_version_is_accepted(mode: Mode) -> None:
    assert accepts(mode, frozenset({(1, 1)}), 1, [])


@pytest.mark.parametrize("mode", list(Mode))
def test_the_schema_type_may_change_under_none_alone(mode: Mode) -> None:
    found = check(mode, reads(frozenset()), Version(2, 1, "JSON"), [Version(1, 1, "AVRO")])
    assert bool(found) == (mode is not Mode.NONE)


@pytest.mark.parametrize("mode", [Mode.NONE, Mode.BACKWARD])
def test_reserved_fields_stay_reserved_and_unused_in_every_mode(mode: Mode) -> None:
    old = Version(1, 1, properties={modes.RESERVED: "a, b"})
    new = Version(2, 1, properties={modes.RESERVED: "a,c"}, fields=frozenset({"c", "d"}))
    found = check(mode, reads(frozenset()), new, [old], validate_fields=True)
    assert [finding.difference.sentence for finding in found] == [
        "b is no longer reserved", "c is reserved, and is a field"
    ]  # fmt: skip
    assert not check(mode, reads(frozenset()), new, [old])


def test_names_of_modes_are_read_in_any_case() -> None:
    assert Mode.named("full_Transitive") is Mode.FULL_TRANSITIVE
    with pytest.raises(ValueError, match="SIDEWAYS"):
        Mode.named("sideways")
