"""Deleting: first softly, when nobody refers to it any more; then permanently.

A softly deleted version is not compared with and not listed, but its id stays readable: consumers must never break.
"""

from __future__ import annotations

from nilometer_reference.registry import records, settings
from nilometer_reference.registry.answers import version_of
from nilometer_reference.registry.errors import (
    referenced,
    subject_not_deleted,
    subject_not_found,
    subject_was_deleted,
    version_not_deleted,
    version_was_deleted,
)
from nilometer_reference.registry.records import StoredSchema
from nilometer_reference.registry.settings import Writes
from nilometer_reference.registry.state import State
from nilometer_reference.registry.subjects import Subject


def delete_version(state: State, subject: Subject, version: int, *, permanent: bool) -> tuple[Writes, int]:
    """Raises 40401, 40402, 40406, 40407, 42205, 42206."""
    settings.check_writable(state, subject)
    stored = version_of(state, subject, version, deleted=True)
    if not permanent:
        if stored.deleted:
            raise version_was_deleted(str(subject), stored.version)
        _check_unreferenced(state, [stored], deleted=False)
        key = records.schema_key(subject, stored.version)
        return [(key, records.schema_value(_softly(stored)))], stored.version
    if not stored.deleted:
        raise version_not_deleted(str(subject), stored.version)
    _check_unreferenced(state, [stored], deleted=True)
    writes: Writes = [(records.schema_key(subject, stored.version), None)]
    if len(state.versions[subject]) == 1:
        writes += _settings_of(state, subject)
    return writes, stored.version


def delete_subject(state: State, subject: Subject, *, permanent: bool) -> tuple[Writes, list[int]]:
    """Raises 40401, 40404, 40405, 42205, 42206."""
    settings.check_writable(state, subject)
    every, live = state.live(subject, deleted=True), state.live(subject)
    if not every:
        raise subject_not_found(str(subject))
    if not permanent:
        if not live:
            raise subject_was_deleted(str(subject))
        _check_unreferenced(state, live, deleted=False)
        return [records.delete_subject_record(subject, live[-1].version)], [one.version for one in live]
    if live:
        raise subject_not_deleted(str(subject))
    _check_unreferenced(state, every, deleted=True)
    writes: Writes = [(records.schema_key(subject, one.version), None) for one in reversed(every)]
    return [*writes, *_settings_of(state, subject)], [one.version for one in every]


def _check_unreferenced(state: State, targets: list[StoredSchema], *, deleted: bool) -> None:
    """References from a subject to itself do not count."""
    for target in targets:
        others = [one for one in state.referrers(target, deleted=deleted) if one.subject != target.subject]
        if others:
            raise referenced(f"{target.subject} version {target.version}")


def _softly(stored: StoredSchema) -> StoredSchema:
    return StoredSchema(**{**vars(stored), "deleted": True})


def _settings_of(state: State, subject: Subject) -> Writes:
    """The settings of a subject go with its last version."""
    writes: Writes = []
    if subject in state.configs:
        writes.append((records.setting_key(records.CONFIG, subject), None))
    if subject in state.modes:
        writes.append((records.setting_key(records.MODE, subject), None))
    return writes
