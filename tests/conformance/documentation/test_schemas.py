"""The page of schema compatibility is made from the rules and the table of known disagreements."""

import json

from nilometer.documentation.markdown import escape
from nilometer.documentation.schemas import page
from nilometer.schema.avro.campaign import EXPLAINED
from nilometer.schema.avro.known import KNOWN
from nilometer.schema.json_schema.known import LOOSER, MISJUDGED, NO_ROOM, STRICTER
from nilometer_models.schema.modes import Mode


def test_every_mode_reason_and_known_pair_is_on_the_page() -> None:
    text = page()
    for mode in Mode:
        assert f"| {mode.value} |" in text
    for reason in EXPLAINED:
        assert f"| `{reason}` |" in text
    for row in KNOWN:
        assert f"**{row.words}**" in text


def test_every_pair_on_which_rules_of_json_schema_and_data_part_is_on_the_page() -> None:
    text = page()
    for known in (*STRICTER.values(), *NO_ROOM.values(), *LOOSER.values(), *MISJUDGED.values()):
        assert f"| `{escape(json.dumps(known.writer))}` | `{escape(json.dumps(known.reader))}` |" in text


def test_the_page_says_that_backward_lets_any_field_go() -> None:
    assert "| remove a field that had none | yes | no | no |" in page()


def test_what_fails_is_told_as_such() -> None:
    assert "fastavro fails" in page()


def test_what_is_often_said_stands_beside_what_is_true() -> None:
    text = page()
    assert "| FULL is the most restrictive mode | FULL_TRANSITIVE is" in text
    assert "refused  FULL_TRANSITIVE" in text
