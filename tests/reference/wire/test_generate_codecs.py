"""The generated codecs are straight-line: nothing is interpreted at run time."""

import pytest

from nilometer_reference.wire import table
from nilometer_reference.wire.generate_classes import class_names
from nilometer_reference.wire.generate_codecs import write_decoder, write_encoder


def message(name: str) -> tuple[table.Message, dict[str, str]]:
    for messages in table.all_files().values():
        for one in messages:
            if one.name == name:
                names = class_names(messages)
                return one, {struct: names[name, struct] for struct in one.structs}
    raise KeyError(name)


@pytest.mark.parametrize("name", ["ProduceRequest", "FetchResponse", "MetadataResponse", "JoinGroupRequest"])
def test_codecs_compile_for_every_version_and_never_look_up_fields_by_name(name: str) -> None:
    one, classes = message(name)
    for version in range(one.versions.lowest, one.versions.highest + 1):
        for write in (write_encoder, write_decoder):
            source = "\n".join(write(one, version, classes).lines)
            compile(source, name, "exec")
            assert "getattr" not in source
            assert "setattr" not in source


def test_fixed_fields_beside_each_other_are_one_struct() -> None:
    one, classes = message("HeartbeatResponse")
    source = "\n".join(write_encoder(one, 1, classes).lines)
    assert source.count(".pack(") == 1
