"""The lock file must be usable by everybody."""

import re
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]


def test_the_lock_file_names_only_public_indexes() -> None:
    urls = re.findall(r'https?://[^"\s]+', (ROOT / "uv.lock").read_text("utf-8"))
    assert {urlsplit(url).hostname for url in urls} == {"pypi.org", "files.pythonhosted.org"}
