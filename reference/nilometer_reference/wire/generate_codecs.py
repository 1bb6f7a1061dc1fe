"""Writes the straight-line codec of one (message, version): the text of two Python functions.

    encode(m, out, chunks) -> bytearray        append the message; answers the bytearray to go on with
    decode(buffer, position) -> (m, position)

Runs of fixed-width fields become one `struct.Struct`; loops are written where they stand; nothing of the
table is looked at while a message is on its way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from struct import calcsize

from .table import NEVER, Field, Message

FIXED = {
    "bool": "?", "int8": "b", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q",
    "float64": "d", "uuid": "16s",
}  # fmt: skip
ZERO_VALUES = {"bool": "False", "float64": "0.0", "string": '""', "bytes": 'b""', "uuid": "ZERO_UUID"}


@dataclass(slots=True)
class Writer:
    """Lines of one function under construction, and the constants that they name."""

    message: Message
    version: int
    classes: Mapping[str, str]
    structs: dict[str, str] = field(default_factory=dict)  # format -> constant
    lines: list[str] = field(default_factory=list)
    depth: int = 1
    names: int = 0
    run_formats: list[str] = field(default_factory=list)
    run_values: list[str] = field(default_factory=list)

    @property
    def flexible(self) -> bool:
        return self.version in self.message.flexible

    def put(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def name(self, hint: str) -> str:
        self.names += 1
        return f"{hint}{self.names}"

    def constant(self, formats: list[str]) -> str:
        return self.structs.setdefault(">" + "".join(formats), f"S{len(self.structs)}")

    def is_compact(self, each: Field) -> bool:
        return self.flexible and (each.flexible is None or self.version in each.flexible)

    def present(self, fields: tuple[Field, ...]) -> tuple[list[Field], list[Field]]:
        """Fields of this version in the body, and those in the tag section by tag."""
        body = [f for f in fields if self.version in f.versions and self.version not in f.tagged]
        tagged = [f for f in fields if self.version in f.tagged and self.flexible]
        return body, sorted(tagged, key=lambda f: f.tag or 0)

    def nullable(self, each: Field) -> bool:
        return self.version in each.nullable


# ---------------------------------------------------------------- encoding


def write_encoder(message: Message, version: int, classes: Mapping[str, str]) -> Writer:
    """The function `encode` of one version."""
    writer = Writer(message, version, classes)
    writer.lines.append("def encode(m, out, chunks):")
    _encode_struct(writer, "m", message.fields)
    writer.put("return out")
    return writer


def _flush_encoded(w: Writer) -> None:
    if w.run_formats:
        w.put(f"out += {w.constant(w.run_formats)}.pack({', '.join(w.run_values)})")
        w.run_formats.clear()
        w.run_values.clear()


def _encode_fixed(w: Writer, code: str, value: str) -> None:
    w.run_formats.append(code)
    w.run_values.append(value)


def _encode_struct(w: Writer, value: str, fields: tuple[Field, ...]) -> None:
    body, tagged = w.present(fields)
    for each in body:
        _encode_field(w, each, f"{value}.{each.name}")
    _flush_encoded(w)
    if w.flexible:
        _encode_tags(w, value, tagged)


def _encode_field(w: Writer, each: Field, value: str) -> None:
    if each.is_array:
        _encode_array(w, each, value)
    elif each.type in FIXED:
        _encode_fixed(w, FIXED[each.type], value)
    elif each.is_struct:
        _encode_nested(w, each, value)
    elif each.type == "records":
        _flush_encoded(w)
        function = "put_compact_records" if w.is_compact(each) else "put_records"
        w.put(f"out = {function}(out, chunks, {value})")
    else:
        _encode_data(w, each.type, value, compact=w.is_compact(each), nullable=w.nullable(each))


def _encode_nested(w: Writer, each: Field, value: str) -> None:
    fields = w.message.structs[each.type].fields
    if not w.nullable(each):
        _encode_struct(w, value, fields)
        return
    _flush_encoded(w)
    w.put(f"if {value} is None:")
    # In a tag section null is the varint 0, elsewhere the int8 -1 (measured on Kafka's classes).
    w.put(f"    out.append({0 if w.version in each.tagged else 255})")
    w.put("else:")
    w.depth += 1
    w.put("out.append(1)")
    _encode_struct(w, value, fields)
    w.depth -= 1


def _encode_data(w: Writer, type_: str, value: str, *, compact: bool, nullable: bool) -> None:
    """A string or bytes."""
    _flush_encoded(w)
    encode = ".encode()" if type_ == "string" else ""
    code = "h" if type_ == "string" else "i"
    if nullable:
        null = 'b"\\x00"' if compact else ('b"\\xff\\xff"' if code == "h" else 'b"\\xff\\xff\\xff\\xff"')
        w.put(f"if {value} is None:")
        w.put(f"    out += {null}")
        w.put("else:")
        w.depth += 1
    name = w.name("d")
    w.put(f"{name} = {value}{encode}")
    if compact:
        _encode_count(w, f"len({name}) + 1", put="put_string_length" if type_ == "string" else "put_uvarint")
    else:
        w.put(f"out += {w.constant([code])}.pack(len({name}))")
    w.put(f"out += {name}")
    if nullable:
        w.depth -= 1


def _encode_count(w: Writer, expression: str, *, put: str = "put_uvarint") -> None:
    """Write a compact length or count: a byte where that is enough, else by the function `put`."""
    count = w.name("n")
    w.put(f"{count} = {expression}")
    w.put(f"if {count} < 128: out.append({count})")
    w.put(f"else: {put}(out, {count})")


def _encode_array(w: Writer, each: Field, value: str) -> None:
    _flush_encoded(w)
    items = w.name("a")
    w.put(f"{items} = {value}")
    compact, nullable = w.is_compact(each), w.nullable(each)
    if nullable:
        w.put(f"if {items} is None:")
        null = 'b"\\x00"' if compact else 'b"\\xff\\xff\\xff\\xff"'
        w.put(f"    out += {null}")
        w.put("else:")
        w.depth += 1
    if compact:
        _encode_count(w, f"len({items}) + 1")
    else:
        w.put(f"out += {w.constant(['i'])}.pack(len({items}))")
    _encode_elements(w, each, items, compact=compact)
    if nullable:
        w.depth -= 1


def _encode_elements(w: Writer, each: Field, items: str, *, compact: bool) -> None:
    element = each.element_type
    if element in FIXED:
        w.put(f'if {items}: out += pack(f">{{len({items})}}{FIXED[element]}", *{items})'
              if element != "uuid" else f'out += b"".join({items})')  # fmt: skip
        return
    item = w.name("e")
    w.put(f"for {item} in {items}:")
    w.depth += 1
    before = len(w.lines)
    if each.is_struct:
        _encode_struct(w, item, w.message.structs[element].fields)
    else:
        _encode_data(w, element, item, compact=compact, nullable=False)
    if len(w.lines) == before:
        w.put("pass")
    w.depth -= 1


def _encode_tags(w: Writer, value: str, tagged: list[Field]) -> None:
    unknown = f"{value}.unknown_tags"
    if not tagged:
        w.put(f"if {unknown} is None: out.append(0)")
        w.put(f"else: put_tags(out, [], {unknown})")
        return
    tags, outer = w.name("t"), w.name("o")
    w.put(f"{tags} = []")
    for each in tagged:
        w.put(f"if {_differs_from_default(w, each, f'{value}.{each.name}')}:")
        w.depth += 1
        w.put(f"{outer} = out; out = bytearray()")
        _encode_field(w, each, f"{value}.{each.name}")
        _flush_encoded(w)
        w.put(f"{tags}.append(({each.tag}, out)); out = {outer}")
        w.depth -= 1
    w.put(f"if {tags} or {unknown}: put_tags(out, {tags}, {unknown})")
    w.put("else: out.append(0)")


def _differs_from_default(w: Writer, each: Field, value: str) -> str:
    if each.default == "null":
        return f"{value} is not None"
    if each.is_array:
        return f"{value}" if not w.nullable(each) else f"{value} is None or {value}"
    if each.is_struct:
        fields = w.message.structs[each.type].fields
        inner = (_differs_from_default(w, f, f"{value}.{f.name}") for f in fields)
        null = [f"{value} is None"] if w.nullable(each) else []
        return " or ".join([*null, *inner, f"{value}.unknown_tags"])
    return f"{value} != {_default_literal(each)}"


def _default_literal(each: Field) -> str:
    if each.default is None:
        return ZERO_VALUES.get(each.type, "0")
    if each.type == "bool":
        return each.default.capitalize()
    return repr(each.default) if each.type == "string" else each.default


# ---------------------------------------------------------------- decoding


def write_decoder(message: Message, version: int, classes: Mapping[str, str]) -> Writer:
    """The function `decode` of one version."""
    writer = Writer(message, version, classes)
    writer.lines.append("def decode(b, p):")
    writer.put("end = len(b)")
    writer.put(f"m = {_decode_struct(writer, message.name, message.fields)}")
    writer.put("if p > end: raise MalformedMessage('the message ends early')")
    writer.put("return m, p")
    return writer


def _flush_decoded(w: Writer) -> None:
    if w.run_formats:
        constant = w.constant(w.run_formats)
        w.put(f"{', '.join(w.run_values)}, = {constant}.unpack_from(b, p); p += {constant}.size")
        w.run_formats.clear()
        w.run_values.clear()


def _decode_struct(w: Writer, class_name: str, fields: tuple[Field, ...]) -> str:
    """Write the reading of a struct; answers the expression that builds it."""
    body, tagged = w.present(fields)
    values: dict[str, str] = {}
    for each in body:
        values[each.name] = _decode_field(w, each)
    _flush_decoded(w)
    unknown = "None"
    if w.flexible:
        unknown = _decode_tags(w, tagged, values)
    arguments = [values.get(each.name) or _default_value(w, each) for each in fields]
    return f"{class_name}({', '.join([*arguments, unknown])})"


def _default_value(w: Writer, each: Field) -> str:
    if each.default == "null" or each.type == "records":
        return "None"
    if each.is_array:
        return "[]"
    return f"{w.classes[each.type]}()" if each.is_struct else _default_literal(each)


def _decode_field(w: Writer, each: Field) -> str:
    """Write the reading of one field; answers the name that holds it."""
    if each.is_array:
        return _decode_array(w, each)
    if each.type in FIXED:
        name = w.name("v")
        w.run_formats.append(FIXED[each.type])
        w.run_values.append(name)
        return name
    if each.is_struct:
        return _decode_nested(w, each)
    return _decode_data(w, each.type, compact=w.is_compact(each), nullable=w.nullable(each))


def _decode_nested(w: Writer, each: Field) -> str:
    fields = w.message.structs[each.type].fields
    name = w.name("v")
    if not w.nullable(each):
        w.put(f"{name} = {_decode_struct(w, w.classes[each.type], fields)}")
        return name
    _flush_decoded(w)
    w.put("p += 1")
    w.put(f"if b[p - 1] {'== 0' if w.version in each.tagged else '> 127'}: {name} = None")
    w.put("else:")
    w.depth += 1
    w.put(f"{name} = {_decode_struct(w, w.classes[each.type], fields)}")
    w.depth -= 1
    return name


def _decode_length(w: Writer, code: str, *, compact: bool) -> str:
    """Write the reading of a length or count; the name answered holds it, -1 for null."""
    _flush_decoded(w)
    name = w.name("n")
    if compact:
        w.put(f"{name} = b[p]; p += 1")
        w.put(f"if {name} > 127: {name}, p = more_uvarint(b, p, {name})")
        w.put(f"{name} -= 1")
    else:
        constant = w.constant([code])
        w.put(f"{name}, = {constant}.unpack_from(b, p); p += {constant}.size")
    return name


def _decode_data(w: Writer, type_: str, *, compact: bool, nullable: bool) -> str:
    """A string, bytes or records."""
    length = _decode_length(w, "h" if type_ == "string" else "i", compact=compact)
    name = w.name("v")
    w.put(f"if {length} < 0:")
    null = f"{name} = None" if compact else f"{name} = null_length({length})"
    w.put(f"    {null}" if nullable else "    raise MalformedMessage('null where the protocol has no null')")
    w.put("else:")
    take = f"b[p:p + {length}]"
    read = {"string": f"str({take}, 'utf-8')", "bytes": f"bytes({take})", "records": take}[type_]
    w.put(f"    {name} = {read}; p += {length}")
    if type_ == "string":
        w.put(f"    if {length} > 32767: raise MalformedMessage('a string is longer than 32767 bytes')")
    return name


def _decode_array(w: Writer, each: Field) -> str:
    compact = w.is_compact(each)
    count = _decode_length(w, "i", compact=compact)
    items = w.name("a")
    w.put(f"if {count} < 0:")
    null = f"{items} = None" if compact else f"{items} = null_length({count})"
    w.put(f"    {null}" if w.nullable(each) else "    raise MalformedMessage('null where the protocol has no null')")
    smallest = _element_bytes_min(w, each)
    claimed = count if smallest == 1 else f"{count} * {smallest}"
    w.put(f"elif {claimed} > end - p: raise MalformedMessage('an array counts more elements than bytes')")
    w.put("else:")
    w.depth += 1
    _decode_elements(w, each, items, count, compact=compact)
    w.depth -= 1
    return items


def _bytes_min(w: Writer, each: Field) -> int:
    """Fewest bytes that a field of the body can take."""
    if each.type in FIXED:
        return calcsize(f">{FIXED[each.type]}")
    if each.is_struct and not each.is_array:
        return 1 if w.nullable(each) else _struct_bytes_min(w, w.message.structs[each.type].fields)
    if w.is_compact(each):
        return 1
    return 2 if each.type == "string" else 4


def _struct_bytes_min(w: Writer, fields: tuple[Field, ...]) -> int:
    body, _ = w.present(fields)
    return sum(_bytes_min(w, each) for each in body) + (1 if w.flexible else 0)


def _element_bytes_min(w: Writer, each: Field) -> int:
    """Fewest bytes that an array element can take, at least 1: bounds a hostile count before the loop."""
    return max(1, _bytes_min(w, replace(each, type=each.element_type, nullable=NEVER)))


def _decode_elements(w: Writer, each: Field, items: str, count: str, *, compact: bool) -> None:
    element = each.element_type
    if element in FIXED:
        code, size = FIXED[element], f"{{{count}}}"
        if element == "uuid":
            w.put(f"{items} = [bytes(b[i:i + 16]) for i in range(p, p + {count} * 16, 16)]; p += {count} * 16")
        else:
            width = calcsize(f">{code}")
            w.put(f'{items} = list(unpack_from(f">{size}{code}", b, p)); p += {count} * {width}')
        return
    w.put(f"{items} = []")
    w.put(f"for _ in range({count}):")
    w.depth += 1
    if each.is_struct:
        value = _decode_struct(w, w.classes[element], w.message.structs[element].fields)
    else:
        value = _decode_data(w, element, compact=compact, nullable=False)
    w.put(f"{items}.append({value})")
    w.depth -= 1


def _decode_tags(w: Writer, tagged: list[Field], values: dict[str, str]) -> str:
    unknown, count, tag, size = w.name("u"), w.name("n"), w.name("k"), w.name("z")
    names = {each.name: w.name("v") for each in tagged}
    for each in tagged:
        w.put(f"{names[each.name]} = {_default_value(w, each)}")
    values.update(names)
    w.put(f"{unknown} = None; {count} = b[p]; p += 1")
    w.put(f"if {count}:")
    w.depth += 1
    w.put(f"if {count} > 127: {count}, p = more_uvarint(b, p, {count})")
    w.put(f"for _ in range({count}):")
    w.depth += 1
    w.put(f"{tag}, p = get_uvarint(b, p); {size}, p = get_uvarint(b, p)")
    w.put(f"if {size} > end - p: raise MalformedMessage('a tagged field is longer than the message')")
    word = "if"
    for each in tagged:
        w.put(f"{word} {tag} == {each.tag}:")
        w.depth += 1
        value = _decode_field(w, each)
        _flush_decoded(w)
        w.put(f"{names[each.name]} = {value}")
        w.depth -= 1
        word = "elif"
    keep = f"{unknown} = get_unknown_tag(b, p, {tag}, {size}, {unknown}); p += {size}"
    w.put(f"else: {keep}" if tagged else keep)
    w.depth -= 2
    return unknown
