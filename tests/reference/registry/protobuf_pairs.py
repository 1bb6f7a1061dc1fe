"""Pairs of files that say what the generators of the suite do not: imports, groups, types that are nested elsewhere."""

from __future__ import annotations

from random import Random

SCALARS = ("int32", "int64", "sint32", "string", "bytes", "float", "bool", "fixed32")
X_PROTO, Y_PROTO = "x.proto", "shared/y.proto"
USUAL = 0.85
Pair = tuple[str, str, dict[str, str], dict[str, str]]
"""Reader, writer, and the imports of each, by name."""


def imported_pair(random: Random) -> Pair:
    """Files with two imports, of which one imports the other."""
    (new, known), (old, former) = _importing(random), _importing(random)
    return new, old, known, former


def _one_of(random: Random, usual: str, *others: str) -> str:
    """Mostly the usual, so that two files differ in few things."""
    return usual if random.random() < USUAL else random.choice(others)


def _importing(random: Random) -> tuple[str, dict[str, str]]:
    kind, package = _one_of(random, "int32", "int64", "string"), _one_of(random, "o", "n")
    inner = _one_of(random, "", "message In { int32 a = 1; }")
    y = f'syntax = "proto3"; package {package}; message Y {{ {kind} a = 1; Y y = 2; {inner} }}'
    y_type = f"{package}.Y"
    more = _one_of(random, "", "repeated string more = 3;", "int32 more = 3;")
    x = (
        f'syntax = "proto3"; package o; import "{Y_PROTO}"; '
        f"message X {{ {y_type} y = 1; map<string, {y_type}> ys = 2; {more} message Inner {{ {y_type} y = 1; }} }}"
    )
    field = _one_of(random, "o.X x = 1;", "o.X.Inner x = 1;", f"{y_type} x = 1;", "X x = 1;", "")
    own = "message X { int32 a = 1; }" if field == "X x = 1;" else ""
    value = _one_of(random, "o.X", y_type, "int32")
    main = (
        f'syntax = "proto3"; package p; import "{X_PROTO}"; import "{Y_PROTO}"; '
        f"message M {{ {field} map<int32, {value}> m = 2; oneof q {{ o.X.Inner z = 3; int32 w = 4; }} }} {own}"
    )
    return main, {Y_PROTO: y, X_PROTO: x}


def proto2_pair(random: Random) -> Pair:
    """Files of proto2 with groups, required fields, extensions and types of one name at several places."""
    return _proto2(random), _proto2(random), {}, {}


def _proto2(random: Random) -> str:
    label, scalar = _one_of(random, "optional", "required", "repeated"), _one_of(random, "int32", *SCALARS)
    inside = f"optional {_one_of(random, 'int32', 'bool', 'float')} x = 1;"
    group = _one_of(
        random, f"optional group A = 2 {{ {inside} }}", f"repeated group A = 2 {{ {inside} message D {{}} }}",
        f"message A {{ {inside} }} optional A a = 2;", f"oneof o {{ group A = 2 {{ {inside} }} string u = 9; }}", "",
    )  # fmt: skip
    nested = _one_of(random, "", "message T { optional int32 t = 1; }")
    member = _one_of(
        random, "optional string s = 4;", "oneof r { string s = 4; }", "oneof r { string s = 4; int32 v = 5; }"
    )
    extension = _one_of(random, "", "extensions 100 to 200; extend M { optional int32 e = 100; }")
    return (
        f"package p; message T {{ optional int32 t = 1; optional T again = 2; }} "
        f"message M {{ {label} {scalar} f = 1; {group} {nested} optional T t = 3; {member} {extension} }}"
    )
