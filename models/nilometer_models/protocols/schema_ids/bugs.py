"""Bounds within which registries are explored, and the bugs that break them."""

from __future__ import annotations

from nilometer_models.protocols.schema_ids.model import MACHINE
from nilometer_models.protocols.schema_ids.state import Config

MACHINE.bounded("one registry", Config(registries=1, subjects=1), edges=True)
MACHINE.bounded("two registries", Config())
MACHINE.bounded("five writes", Config(writes=5, compactions=2), nightly=True)

ONE = Config(registries=1, subjects=1, contents=1, writes=1, restarts=0, compactions=0)

MACHINE.bug(
    "B101", "One id, two schemas", breaks="ids_name_one_content",
    config=ONE._replace(registries=2, contents=2, writes=2), source="karapace #876; schema-registry #1003",
    writes_at_end=False,
)  # fmt: skip
MACHINE.bug(
    "counter_from_the_topic", "After a hard delete, compaction and a restart the id is given again",
    breaks="ids_name_one_content", config=ONE._replace(contents=2, writes=4, restarts=1, compactions=1),
    counter="schemas",
)  # fmt: skip
MACHINE.bug(
    "counter_from_live_values", "After a hard delete the id is given again", breaks="ids_name_one_content",
    config=ONE._replace(contents=2, writes=4), counter="present",
)  # fmt: skip
MACHINE.bug(
    "new_id_each_time", "Known content gets another id", breaks="equal_content_has_one_id",
    config=ONE._replace(subjects=2, writes=2), content_keeps_id=False,
)  # fmt: skip
MACHINE.bug(
    "soft_deleted_lost", "A registry does not know what was softly deleted", breaks="memory_is_the_replay",
    config=ONE._replace(writes=2), source="karapace #170", soft_deleted_replayed=False,
)  # fmt: skip
MACHINE.bug(
    "deleted_at_once", "A live schema is deleted for good", breaks="live_is_deleted_softly_first",
    config=ONE._replace(writes=2), hard_needs_soft=False,
)  # fmt: skip
