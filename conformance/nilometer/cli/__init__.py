"""The command line: `entry.py` knows the verbs, one file each."""

from nilometer.cli.entry import main

__all__ = ["main"]
