"""Which numbers keep their value as another varint type, over *all* inputs: 5 x 5 cells, by z3.

written \\ read   int32   int64   uint32   uint64   bool
int32             yes     yes     -        -        -
int64             -       yes     -        -        -
uint32            -       yes     yes      yes      -
uint64            -       -       -        yes      -
bool              yes     yes     yes      yes      yes

A value v of the writer goes on the wire as 64 bits (signed types extended by their sign, others by zeros); the reader
cuts them to its width. Both sides are then the same integer, compared as 65-bit signed numbers, so that no comparison
wraps. `unsat` of "some v differs" is the proof; a witness of the others is a value that changes. `unknown` is neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nilometer_models.schema.protobuf.nodes import VARINT

KEEPS = frozenset({
    *((kind, kind) for kind in VARINT), *(("bool", kind) for kind in VARINT), ("int32", "int64"), ("uint32", "int64"),
    ("uint32", "uint64"),
})  # fmt: skip
"""(written, read): the value is kept, whatever it is."""
WIDTH = {"int32": 32, "int64": 64, "uint32": 32, "uint64": 64, "bool": 1}
SIGNED = frozenset({"int32", "int64"})
WIDE = 65


@dataclass(frozen=True)
class Verdict:
    """Of one cell: `kept` for all values, or a value that is not."""

    written: str
    read_as: str
    kept: bool
    witness: int | None


def _extended(kind: str, bits: Any, to: int) -> Any:
    import z3  # noqa: PLC0415 - the extra `prove`

    more = to - WIDTH[kind]
    return z3.SignExt(more, bits) if kind in SIGNED else z3.ZeroExt(more, bits)


def decide(written: str, read_as: str) -> Verdict:
    """One cell; ArithmeticError where z3 does not know."""
    import z3  # noqa: PLC0415

    value = z3.BitVec("value", WIDTH[written])
    on_wire = _extended(written, value, 64)
    if read_as == "bool":
        got = z3.If(on_wire != 0, z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))
    else:
        got = z3.Extract(WIDTH[read_as] - 1, 0, on_wire)
    solver = z3.Solver()
    solver.add(_extended(written, value, WIDE) != _extended(read_as, got, WIDE))
    answer = solver.check()
    if answer == z3.unsat:
        return Verdict(written, read_as, kept=True, witness=None)
    if answer != z3.sat:
        raise ArithmeticError(f"{written} read as {read_as}: {solver.reason_unknown()}")
    found = solver.model().eval(value, model_completion=True)
    return Verdict(
        written, read_as, kept=False, witness=found.as_signed_long() if written in SIGNED else found.as_long()
    )


def decide_all() -> list[Verdict]:
    """The 25 cells."""
    return [decide(written, read_as) for written in VARINT for read_as in VARINT]
