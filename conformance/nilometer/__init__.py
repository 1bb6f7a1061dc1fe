"""The conformance suite: what people install, run and import. Read `cli.py` first."""
