"""The table of Kafka's messages in our own notation, and its reader.

    api 1 Fetch
    request 4-18 flexible 12+
      replica_id      int32               0-14  default -1
      topics          []FetchTopic
        topic         string              0-12
        partitions    []FetchPartition
          …
    response 4-18 flexible 12+

One file an API in `schema/`, one line a field: name, type, and where they differ from the usual case:
the versions that have it (`0+`), `null V` (versions in which it may be null), `tag N` and `tagged V`
(KIP-482), `default X`, `ignorable`, `flexible none`. Deeper lines are the fields of the struct above
them; `struct Name` declares one that several fields share. `data Name` files hold what is not a
request: headers, the consumer protocol, the records of the coordinators' topics.

Source of the facts: the message definitions of Apache Kafka 4.3 (`common/message/*.json`), with which
`tests/reference/wire/test_table.py` compares this table field by field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources

NEWEST = 32767


@dataclass(frozen=True, slots=True)
class Versions:
    """Inclusive range of versions; `lowest > highest` means none."""

    lowest: int = 0
    highest: int = NEWEST

    def __contains__(self, version: int) -> bool:
        return self.lowest <= version <= self.highest

    def __str__(self) -> str:
        if self.lowest > self.highest:
            return "none"
        if self.highest == NEWEST:
            return f"{self.lowest}+"
        return str(self.lowest) if self.lowest == self.highest else f"{self.lowest}-{self.highest}"


ALWAYS = Versions()
NEVER = Versions(0, -1)


def parse_versions(text: str) -> Versions:
    """Read `3`, `3+`, `3-7` or `none`."""
    if text == "none":
        return NEVER
    if text.endswith("+"):
        return Versions(int(text[:-1]))
    lowest, _, highest = text.partition("-")
    return Versions(int(lowest), int(highest or lowest))


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct. `type` is a primitive, a struct's name, or `[]` and one of these."""

    name: str
    type: str
    versions: Versions = ALWAYS
    nullable: Versions = NEVER
    tag: int | None = None
    tagged: Versions = NEVER
    default: str | None = None
    ignorable: bool = False
    flexible: Versions | None = None  # None: as the message

    @property
    def is_array(self) -> bool:
        return self.type.startswith("[]")

    @property
    def element_type(self) -> str:
        return self.type.removeprefix("[]")

    @property
    def is_struct(self) -> bool:
        return self.element_type[0].isupper()


@dataclass(frozen=True, slots=True)
class Struct:
    """A named group of fields."""

    name: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A request, a response, or a `data` message, with every struct that it uses."""

    name: str
    kind: str  # request, response or data
    api_key: int | None
    versions: Versions
    flexible: Versions
    fields: tuple[Field, ...]
    structs: dict[str, Struct] = field(default_factory=dict)
    unstable: bool = False  # the newest version is not final: never advertised


@dataclass(slots=True)
class _Line:
    number: int
    depth: int
    words: list[str]


def _lines(text: str) -> Iterator[_Line]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("#")[0].rstrip()
        if line:
            yield _Line(number, (len(line) - len(line.lstrip())) // 2, line.split())


def _parse_field(line: _Line) -> Field:
    name, type_, *rest = line.words
    result = Field(name, type_)
    words = iter(rest)
    for word in words:
        if word[0].isdigit() or word == "none":
            result = replace(result, versions=parse_versions(word))
        elif word == "null":
            result = replace(result, nullable=parse_versions(next(words)))
        elif word == "tag":
            result = replace(result, tag=int(next(words)))
        elif word == "tagged":
            result = replace(result, tagged=parse_versions(next(words)))
        elif word == "default":
            value = next(words)
            result = replace(result, default="" if value == '""' else value)
        elif word == "ignorable":
            result = replace(result, ignorable=True)
        elif word == "flexible":
            result = replace(result, flexible=parse_versions(next(words)))
        else:
            raise ValueError(f"line {line.number}: unknown word {word!r} after field {name!r}")
    return result


def _parse_fields(lines: list[_Line], depth: int, structs: dict[str, Struct]) -> tuple[Field, ...]:
    """Consume the lines of at least `depth` from the front of `lines`."""
    fields: list[Field] = []
    while lines and lines[0].depth >= depth:
        line = lines.pop(0)
        if line.words[0] == "struct":
            name = line.words[1]
            structs[name] = Struct(name, _parse_fields(lines, depth + 1, structs))
            continue
        parsed = _parse_field(line)
        if lines and lines[0].depth > depth:
            name = parsed.element_type
            structs[name] = Struct(name, _parse_fields(lines, depth + 1, structs))
        fields.append(parsed)
    return tuple(fields)


def parse(text: str) -> list[Message]:
    """Read one schema file."""
    lines = list(_lines(text))
    messages: list[Message] = []
    api_key: int | None = None
    api_name = ""
    while lines:
        line = lines.pop(0)
        if line.words[0] == "api":
            api_key, api_name = int(line.words[1]), line.words[2]
            continue
        kind, *rest = line.words
        name = rest.pop(0) if kind == "data" else api_name + kind.capitalize()
        structs: dict[str, Struct] = {}
        fields = _parse_fields(lines, 1, structs)
        message = Message(
            name=name,
            kind=kind,
            api_key=None if kind == "data" else api_key,
            versions=parse_versions(rest[0]),
            flexible=parse_versions(rest[2]),
            fields=fields,
            structs=structs,
            unstable="unstable" in rest,
        )
        messages.append(message)
    return messages


@cache
def all_files() -> dict[str, list[Message]]:
    """Every schema file of the package: its name without ending, and its messages."""
    folder = resources.files("nilometer_reference.wire") / "schema"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".txt"))
    return {name.removesuffix(".txt"): parse((folder / name).read_text("utf-8")) for name in names}


@cache
def message(name: str) -> Message:
    """The message of that name. Raises KeyError."""
    return {each.name: each for messages in all_files().values() for each in messages}[name]
