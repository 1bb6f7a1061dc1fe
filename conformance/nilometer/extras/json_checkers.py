"""jsonsubschema and hypothesis-jsonschema, in an environment of their own: the latter needs an older Hypothesis."""

from pathlib import Path

from nilometer.extras.cache import extra_directory, is_installed
from nilometer.extras.errors import ExtraMissing
from nilometer.extras.progress import Report
from nilometer.extras.pypi import install_environment

REQUIREMENTS = ("jsonsubschema==0.0.8", "hypothesis-jsonschema==0.23.1", "hypothesis==6.98.0", "jsonschema==4.26.0",
                "greenery==4.2.3")  # fmt: skip
VERSION = "jsonsubschema-0.0.8-hypothesis-jsonschema-0.23.1"


def install_json_checkers(report: Report) -> Path:
    """Both; returns the directory of the environment."""
    install_environment("json-checkers", VERSION, REQUIREMENTS, report)
    return extra_directory("json-checkers", VERSION)


def find_python() -> Path:
    """The Python that has them."""
    python = extra_directory("json-checkers", VERSION) / "bin" / "python"
    if is_installed("json-checkers", VERSION) and python.exists():
        return python
    raise ExtraMissing("jsonsubschema", "json-checkers")
