"""Files of premise lists: which lemmas each condition rests on. `premises.py` derives them.

A condition that is not in the file rests on its own lemma alone.

    [ExpandIsr]
    isr_holds_committed = ["isr_holds_committed", "committed_before_is_below_epoch_start"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from nilometer_models.prover.conditions import Name

Lists = dict[Name, tuple[str, ...]]


def load(path: Path) -> Lists:
    """The lists of a file; none if it does not exist."""
    if not path.exists():
        return {}
    tables = tomllib.loads(path.read_text("utf-8"))
    return {Name(action, claim): tuple(names) for action, lists in tables.items() for claim, names in lists.items()}


def text(lists: Mapping[Name, tuple[str, ...]]) -> str:
    """The text of a file."""
    lines = ["# Made by `python -m nilometer_models.prover.premises`: lemmas that each condition rests on."]
    actions = dict.fromkeys(name.action for name in lists)
    for action in actions:
        lines += ["", f"[{action}]"]
        for name, premises in lists.items():
            if name.action == action:
                quoted = ", ".join(f'"{premise}"' for premise in premises)
                lines.append(f"{name.claim} = [{quoted}]")
    return "\n".join(lines) + "\n"
