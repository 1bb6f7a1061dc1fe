"""The classes in the tree are those that the table makes."""

import importlib
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from nilometer_reference.wire import messages, table
from nilometer_reference.wire.generate_classes import class_names, flexible_from, sources

FOLDER = Path(messages.__file__).parent


def test_the_tree_holds_exactly_the_generated_files() -> None:
    assert {path.name for path in FOLDER.glob("*.py")} == set(sources())


@pytest.mark.parametrize("name", sorted(sources()))
def test_a_file_in_the_tree_is_what_the_table_makes(name: str) -> None:
    again = "python -m nilometer_reference.wire.generate_classes"
    assert (FOLDER / name).read_text("utf-8") == sources()[name], f"write it again: {again}"


@pytest.mark.parametrize("module", sorted(table.all_files()))
def test_every_struct_has_a_class_with_its_fields_in_order_and_defaults(module: str) -> None:
    namespace = importlib.import_module(f"{messages.__name__}.{module}")
    group = table.all_files()[module]
    names = class_names(group)
    for message in group:
        structs = {names[message.name, name]: s.fields for name, s in message.structs.items()}
        for name, expected in {**structs, message.name: message.fields}.items():
            made = getattr(namespace, name)
            assert is_dataclass(made)
            assert [f.name for f in fields(made)] == [*(f.name for f in expected), "unknown_tags"]
            assert made() == made(), "every field has a default, and defaults are equal"
        whole = getattr(messages, message.name)
        assert (message.api_key, message.kind) == (whole.API_KEY, whole.KIND)
        assert (message.versions.lowest, message.versions.highest) == whole.VERSIONS
        assert flexible_from(message) == whole.FLEXIBLE_FROM


def test_a_default_that_can_change_is_not_shared() -> None:
    one, other = messages.FetchRequest(), messages.FetchRequest()
    one.topics.append(messages.fetch.FetchTopic())
    one.replica_state.replica_id = 5
    assert other == messages.FetchRequest()


def test_a_struct_of_one_name_in_request_and_response_makes_two_classes() -> None:
    names = class_names(table.all_files()["consumer_protocol"])
    assert (
        names["ConsumerProtocolSubscription", "TopicPartition"] != names["ConsumerProtocolAssignment", "TopicPartition"]
    )
    assert len(set(names.values())) == len(names)


def test_a_module_is_loaded_when_one_of_its_messages_is_asked_for() -> None:
    program = """
import sys
from nilometer_reference.wire import messages
loaded = lambda: [name for name in sys.modules if name.startswith(messages.__name__ + ".")]
assert loaded() == [], loaded()
from nilometer_reference.wire.messages import FetchRequest
assert messages.FetchRequest is FetchRequest
assert loaded() == [messages.__name__ + ".fetch"], loaded()
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_package_names_every_message_and_nothing_else() -> None:
    names = {message.name for group in table.all_files().values() for message in group}
    assert names == set(messages.__all__)
    assert names <= set(dir(messages))
    with pytest.raises(AttributeError, match="NoSuchRequest"):
        messages.NoSuchRequest  # type: ignore[attr-defined]  # noqa: B018
