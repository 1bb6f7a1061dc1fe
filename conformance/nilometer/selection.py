"""Which requirements a user means: `-k "area:transactions level:must"`, `-k L3,W1`, `-k "log.*"`.

    one SEL             alternatives with commas, each of words that must all be true
    several SELs        or

    word                true for
    L3  log.fidelity    the id or name
    W*  log.*           ids or names by pattern (* and ?)
    wire                an area by its name; area:wire and area:W say it whole
    level:must          must, should, info
    group:eos           the group that its entry names: smoke, core, replication, eos, … (`profile:` means the same)
    api:Fetch           needs this API

A word that means nothing is refused with the nearest one that does.
"""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from nilometer.requirement import AREAS, GROUPS, Requirement
from nilometer.verdict import Level

KEYS = ("area", "level", "group", "profile", "api")
Word = Callable[[Requirement], bool]


class UnknownSelector(Exception):
    """A word that selects nothing in any catalogue."""


def nearest(word: str, known: Iterable[str]) -> str:
    """`: did you mean 'wire'?` with the nearest spelling, or an empty string when none is near."""
    by_lower = {one.lower(): one for one in known}
    lower = word.lower()
    if found := re.fullmatch("([a-z]+)[0-9]+", lower):  # W99: no letters to compare, but an area to name
        siblings = [one for one in by_lower.values() if re.fullmatch(f"{found[1]}[0-9]+", one.lower())]
        if siblings:
            return f": there are {', '.join(siblings)}"
    near = difflib.get_close_matches(lower, by_lower, n=1, cutoff=0.55)
    return f": did you mean {by_lower[near[0]]!r}?" if near else ""


def select(
    catalogue: Iterable[Requirement], wanted: Sequence[str] = (), skipped: Sequence[str] = ()
) -> list[Requirement]:
    """Those that a SEL of `wanted` means (all, if there is none) and no SEL of `skipped`; `UnknownSelector`."""
    known = list(catalogue)
    ask_for, leave_out = ([parse(one, known) for one in selectors] for selectors in (wanted, skipped))
    return [
        one
        for one in known
        if (not ask_for or any(test(one) for test in ask_for)) and not any(test(one) for test in leave_out)
    ]


def parse(selector: str, known: Sequence[Requirement]) -> Word:
    """The test that a SEL describes."""
    alternatives = [[_word(word, known) for word in part.split()] for part in selector.split(",") if part.strip()]
    if not alternatives:
        raise UnknownSelector(f"the selector {selector!r} is empty")
    return lambda one: any(all(word(one) for word in words) for words in alternatives)


def _word(word: str, known: Sequence[Requirement]) -> Word:
    key, colon, value = word.partition(":")
    if colon:
        return _keyed(word, key.lower(), value, known)
    lower = word.lower()
    if lower in AREAS.values():
        return lambda one: one.area == lower
    if any(sign in word for sign in "*?["):
        matches = [one for one in known if any(fnmatch.fnmatch(name, lower) for name in _names(one))]
    else:
        matches = [one for one in known if lower in _names(one)]
    if not matches:
        raise UnknownSelector(f"no requirement is called {word!r}{nearest(word, _spellings(known))}")
    ids = {one.id for one in matches}
    return lambda one: one.id in ids


def _keyed(word: str, key: str, value: str, known: Sequence[Requirement]) -> Word:
    lower = value.lower()
    match key:
        case "area":
            area = AREAS.get(value.upper(), lower)
            _known(word, area, {*AREAS.values(), *AREAS})
            return lambda one: one.area == area
        case "level":
            _known(word, lower, {level.lower() for level in Level})
            return lambda one: one.level.lower() == lower
        case "group" | "profile":
            _known(word, lower, GROUPS)
            return lambda one: lower in one.profiles
        case "api":
            apis = {api.lower(): api for one in known for api in one.apis}
            _known(word, lower, apis)
            return lambda one: apis[lower] in one.apis
    raise UnknownSelector(f"{word!r}: there is no key {key!r}{nearest(key, KEYS)}")


def _known(word: str, value: str, values: Iterable[str]) -> None:
    if value not in set(values):
        raise UnknownSelector(f"{word!r}: {value!r} is unknown{nearest(value, values)}")


def _names(one: Requirement) -> tuple[str, str]:
    return one.id.lower(), one.name.lower()


def _spellings(known: Sequence[Requirement]) -> Iterator[str]:
    yield from AREAS.values()
    for one in known:
        yield from (one.id, one.name)
