"""What the tutorials show at a Python prompt is what happens there."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorial"
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
WITH_PYTHON = [path for path in sorted(TUTORIALS.glob("*.md")) if BLOCK.search(path.read_text("utf-8"))]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda path: path.stem)
def test_each_block_prints_what_stands_below_it(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prompt: dict[str, object] = {}
    for code, shown in BLOCK.findall(page.read_text("utf-8")):
        with redirect_stdout(printed := StringIO()):
            exec(code, prompt)
        assert printed.getvalue() == shown, code


def test_there_is_something_to_run() -> None:
    assert "find-a-data-loss" in [path.stem for path in WITH_PYTHON]
