"""Writes `messages/`: one module an API, one dataclass a struct, from the table in `schema/`.

    python -m nilometer_reference.wire.generate_classes

The classes are generated into the source tree, so that people and type checkers can read them; the codecs
are generated in memory at first use (`codec.py`). A test compares the tree with what this module writes.
"""

from __future__ import annotations

import collections
from pathlib import Path

from . import table
from .table import Field, Message, Struct

PYTHON_TYPES = {
    "bool": "bool", "float64": "float", "string": "str", "bytes": "bytes", "uuid": "bytes",
    "records": "Records",
    **dict.fromkeys(("int8", "int16", "uint16", "int32", "uint32", "int64"), "int"),
}  # fmt: skip
ZEROS = {"bool": "False", "float64": "0.0", "string": '""', "bytes": 'b""', "uuid": "ZERO_UUID"}


PACKAGE = '''"""Every message of Kafka 4.3 as a dataclass; nested structs live in the modules. Generated.

A module is loaded when the first of its messages is asked for: all of them take longer than the rest of a broker.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
{imports}

_MODULE_OF = {{
{places}
}}

__all__ = [
{exported}
]


def __dir__() -> list[str]:
    return sorted({{*globals(), *_MODULE_OF}})


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULE_OF:
            raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
        found = globals()[name] = getattr(import_module(f".{{_MODULE_OF[name]}}", __name__), name)
        return found
'''


def class_names(messages: list[Message]) -> dict[tuple[str, str], str]:
    """(message, struct) -> class name: Kafka's own, prefixed where request and response share it."""
    counts = collections.Counter(name for message in messages for name in message.structs)
    result = {}
    for message in messages:
        for name in message.structs:
            prefix = message.kind.capitalize() if message.kind != "data" else message.name
            result[message.name, name] = prefix + name if counts[name] > 1 else name
    return result


def annotation(field: Field, classes: dict[str, str]) -> str:
    """The Python type of a field over all its versions."""
    element = classes[field.element_type] if field.is_struct else PYTHON_TYPES[field.element_type]
    base = f"list[{element}]" if field.is_array else element
    nullable = field.nullable != table.NEVER or field.default == "null" or field.type == "records"
    return f"{base} | None" if nullable else base


def default_expression(field: Field, classes: dict[str, str]) -> str:
    """The default value as Kafka defines it, as a Python expression."""
    if field.default == "null" or field.type == "records":
        return "None"
    if field.is_array:
        return "field(default_factory=list)"
    if field.is_struct:
        return f"field(default_factory={classes[field.element_type]})"
    if field.default is None:
        return ZEROS.get(field.type, "0")
    if field.type == "bool":
        return field.default.capitalize()
    return repr(field.default).replace("'", '"') if field.type == "string" else field.default


def _class(name: str, struct: Struct | Message, classes: dict[str, str]) -> list[str]:
    lines = ["", "", "@dataclass(slots=True)", f"class {name}:"]
    if isinstance(struct, Message):
        versions = struct.versions
        lines += [
            f"    API_KEY: ClassVar[int | None] = {struct.api_key}",
            f'    KIND: ClassVar[str] = "{struct.kind}"',
            f"    VERSIONS: ClassVar[tuple[int, int]] = ({versions.lowest}, {versions.highest})",
            f"    FLEXIBLE_FROM: ClassVar[int] = {flexible_from(struct)}",
            "",
        ]
    for each in struct.fields:
        typed = f"{each.name}: {annotation(each, classes)}"
        lines.append(f"    {typed} = {default_expression(each, classes)}")
    lines.append("    unknown_tags: dict[int, bytes] | None = None")
    return lines


def flexible_from(message: Message) -> int:
    """First flexible version (KIP-482), 32767 if there is none."""
    flexible = message.flexible
    return flexible.lowest if flexible.lowest <= flexible.highest else table.NEWEST


def module_source(messages: list[Message]) -> str:
    """The text of one module of `messages/`."""
    names = class_names(messages)
    title = " and ".join(message.name for message in messages[:2])
    body: list[str] = []
    for message in messages:
        classes = {struct: names[message.name, struct] for struct in message.structs}
        for struct in message.structs.values():
            body += _class(classes[struct.name], struct, classes)
        body += _class(message.name, message, classes)
    text = "\n".join(body)
    imports = ["from dataclasses import dataclass" + (", field" if "field(" in text else "")]
    imports.append("from typing import ClassVar")
    local = []
    if ": Records" in text:
        local.append("from ..chunks import Records")
    if "ZERO_UUID" in text:
        local.append("from ..uuids import ZERO_UUID")
    return "\n".join(
        [f'"""{title}: generated from `schema/`.', "",
         "Change the table and run `generate_classes.py`; nothing in here is written by hand.", '"""',
         "", "from __future__ import annotations", "", *imports, *([""] if local else []), *local]
    ) + "\n" + text + "\n"  # fmt: skip


def package_source(files: dict[str, list[Message]]) -> str:
    """The text of `messages/__init__.py`: every message by name."""
    module_of = {message.name: module for module, messages in files.items() for message in messages}
    imports = []
    for module, messages in sorted(files.items()):
        names = sorted(message.name for message in messages)
        single = f"    from .{module} import {', '.join(names)}"
        imports += [single] if len(single) <= 110 else [
            f"    from .{module} import (", *(f"        {name}," for name in names), "    )"]  # fmt: skip
    places = [f'    "{name}": "{module_of[name]}",' for name in sorted(module_of)]
    exported = [f'    "{name}",' for name in sorted(module_of)]
    return PACKAGE.format(imports="\n".join(imports), places="\n".join(places), exported="\n".join(exported))


def sources() -> dict[str, str]:
    """File name -> text of the whole `messages/` package."""
    files = table.all_files()
    result = {f"{module}.py": module_source(messages) for module, messages in files.items()}
    result["__init__.py"] = package_source(files)
    return result


def main() -> None:
    """Write the package in place."""
    folder = Path(__file__).parent / "messages"
    for name, text in sources().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
