"""`python -m nilometer` is `nilometer`."""

from nilometer.cli import main

main(prog_name="nilometer")
