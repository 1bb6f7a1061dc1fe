"""Errors of the REST interface: five digits, of which the first three are the HTTP status."""

from __future__ import annotations


class RegistryError(Exception):
    """What a client is told."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.code if self.code < 1000 else self.code // 100


def subject_not_found(subject: str) -> RegistryError:
    return RegistryError(40401, f"Subject '{subject}' not found.")


def version_not_found(version: object) -> RegistryError:
    return RegistryError(40402, f"Version {version} not found.")


def schema_not_found(id: int | None = None) -> RegistryError:
    return RegistryError(40403, "Schema not found" if id is None else f"Schema {id} not found")


def subject_was_deleted(subject: str) -> RegistryError:
    return RegistryError(40404, f"Subject '{subject}' was soft deleted. Set permanent=true to delete permanently")


def subject_not_deleted(subject: str) -> RegistryError:
    return RegistryError(40405, f"Subject '{subject}' was not deleted first before being permanently deleted")


def version_was_deleted(subject: str, version: int) -> RegistryError:
    return RegistryError(
        40406, f"Subject '{subject}' Version {version} was soft deleted. Set permanent=true to delete permanently"
    )


def version_not_deleted(subject: str, version: int) -> RegistryError:
    return RegistryError(
        40407, f"Subject '{subject}' Version {version} was not deleted first before being permanently deleted"
    )


def no_config(subject: str) -> RegistryError:
    return RegistryError(40408, f"Subject '{subject}' does not have subject-level compatibility configured")


def no_mode(subject: str) -> RegistryError:
    return RegistryError(40409, f"Subject '{subject}' does not have subject-level mode configured")


def incompatible(messages: list[str]) -> RegistryError:
    return RegistryError(409, "Schema being registered is incompatible with an earlier schema: " + "; ".join(messages))


def invalid_schema(why: str) -> RegistryError:
    return RegistryError(42201, f"Invalid schema: {why}")


def invalid_version(text: str) -> RegistryError:
    return RegistryError(
        42202,
        f"The specified version '{text}' is not a valid version id. Allowed values are between [1, 2^31-1] and the "
        'string "latest"',
    )


def invalid_level(text: object) -> RegistryError:
    return RegistryError(42203, f"Invalid compatibility level: {text}")


def invalid_mode(text: object) -> RegistryError:
    return RegistryError(42204, f"Invalid mode: {text}")


def not_permitted(why: str) -> RegistryError:
    return RegistryError(42205, why)


def referenced(what: str) -> RegistryError:
    return RegistryError(42206, f"One or more references exist to the schema {what}.")


def invalid_subject(subject: str) -> RegistryError:
    return RegistryError(42208, f"The specified subject '{subject}' is not a valid subject name.")


def too_large(why: str) -> RegistryError:
    return RegistryError(42209, why)


def store_failed(why: str) -> RegistryError:
    return RegistryError(50001, f"Error in the backend data store: {why}")
