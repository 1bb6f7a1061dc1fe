"""Pages of `docs/reference` that follow from the code: `python -m nilometer.documentation`. Read `pages.py` first."""
