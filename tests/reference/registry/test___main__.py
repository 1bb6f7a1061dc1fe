"""`nilometer registry` as a process, with a broker of its own."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

PATIENCE_S = 60


@pytest.mark.timeout(180)
def test_it_starts_a_broker_says_where_it_listens_and_ends_at_a_signal() -> None:
    command = [sys.executable, "-m", "nilometer_reference.registry", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.fullmatch(r"listening on (\S+)\n", process.stdout.readline())
        assert found is not None
        with urllib.request.urlopen(f"{found[1]}/subjects", timeout=PATIENCE_S) as answer:
            assert json.load(answer) == []
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--bootstrap", "127.0.0.1:1"], "127.0.0.1:1"),
        (["--bootstrap", "x:1", "--data-dir", "d"], "exclude each other"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(options: list[str], why: str) -> None:
    command = [sys.executable, "-m", "nilometer_reference.registry", "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode != 0
    assert why in done.stderr
    assert "Traceback" not in done.stderr
