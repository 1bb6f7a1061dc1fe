"""The tree of the tests mirrors the tree of the sources."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    ROOT / "reference/nilometer_reference": ROOT / "tests/reference",
    ROOT / "models/nilometer_models": ROOT / "tests/models",
    ROOT / "conformance/nilometer": ROOT / "tests/conformance",
}


def _has_code(path: Path) -> bool:
    """A package's `__init__` that only speaks or re-exports needs no test of its own."""
    return path.name not in ("__init__.py", "__main__.py")


def _is_generated(path: Path) -> bool:
    return path.parent.name == "messages"


def _sources() -> list[tuple[Path, Path]]:
    found = []
    for source_root, test_root in SOURCES.items():
        for path in sorted(source_root.rglob("*.py")):
            if _has_code(path) and not _is_generated(path):
                relative = path.relative_to(source_root)
                found.append((path, test_root / relative.parent / f"test_{relative.name}"))
    return found


def test_every_source_file_has_its_test_file() -> None:
    missing = [str(test.relative_to(ROOT)) for _, test in _sources() if not test.exists()]
    assert not missing, f"{len(missing)} missing:\n" + "\n".join(missing)


def test_most_source_files_are_short_and_few_are_long() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path, _ in _sources()}
    too_long = {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > 500}
    assert not too_long
    assert sum(n > 300 for n in lengths.values()) <= len(lengths) // 10


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "STYLE.md", "CONTRIBUTING.md",
                                  "CHANGELOG.md", "LICENSE", "pyproject.toml", "uv.lock", ".ci/run"])  # fmt: skip
def test_the_root_holds_what_a_newcomer_looks_for(name: str) -> None:
    assert (ROOT / name).stat().st_size > 0
