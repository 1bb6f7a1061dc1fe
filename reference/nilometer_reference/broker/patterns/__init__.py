"""Regular expressions that cannot be made to take for ever. Read `pattern.py` first."""
