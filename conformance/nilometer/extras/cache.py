"""Where extras live, and how they get there whole or not at all.

    NILOMETER_HOME            if set
    $XDG_CACHE_HOME/nilometer  if XDG_CACHE_HOME is set
    ~/.cache/nilometer         otherwise

An extra is a directory `<home>/<extra>/<version>`. It is built beside its final place and renamed into it,
so a directory with that name is complete: an installation that was interrupted leaves nothing that could be
taken for one.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def nilometer_home() -> Path:
    """The directory of all extras; it need not exist."""
    if home := os.environ.get("NILOMETER_HOME"):
        return Path(home)
    if cache := os.environ.get("XDG_CACHE_HOME"):
        return Path(cache) / "nilometer"
    return Path.home() / ".cache" / "nilometer"


def extra_directory(extra: str, version: str) -> Path:
    """Where this version of the extra is, once installed."""
    return nilometer_home() / extra / version


def is_installed(extra: str, version: str) -> bool:
    """Whether the directory is there and its installation came to an end."""
    final = extra_directory(extra, version)
    return final.is_dir() and not (final.parent / f".incomplete-{version}").exists()


def installed_versions(extra: str) -> list[str]:
    """Versions of the extra that are completely installed, in directory order."""
    parent = nilometer_home() / extra
    if not parent.is_dir():
        return []
    names = (entry.name for entry in parent.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    return sorted(name for name in names if is_installed(extra, name))


@contextlib.contextmanager
def installing(extra: str, version: str, *, in_place: bool = False) -> Iterator[Path]:
    """A directory to fill; it becomes the extra's when the block ends well, and disappears when not.

    One process at a time installs an extra: others wait here. `in_place` is for what cannot be moved after
    it was made (a virtual environment knows its own path): the final directory is filled, and removed on
    failure.
    """
    final = extra_directory(extra, version)
    final.parent.mkdir(parents=True, exist_ok=True)
    with (final.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        marker = final.parent / f".incomplete-{version}"
        if marker.exists():
            shutil.rmtree(final, ignore_errors=True)
        if in_place:
            marker.touch()
            shutil.rmtree(final, ignore_errors=True)
            final.mkdir()
            work = final
        else:
            work = Path(tempfile.mkdtemp(prefix=".installing-", dir=final.parent))
        try:
            yield work
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
        else:
            if not in_place:
                shutil.rmtree(final, ignore_errors=True)
                work.chmod(0o755)
                work.rename(final)
        finally:
            marker.unlink(missing_ok=True)
