"""The honest broker of the requirements' tests serves these too."""

from tests.conformance.requirements.conftest import honest

__all__ = ["honest"]
