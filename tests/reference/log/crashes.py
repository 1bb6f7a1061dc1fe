"""A loss of power as Hypothesis chooses it."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer_reference.log.memory_store import MemoryStore


def crashed(store: MemoryStore, data: st.DataObject) -> MemoryStore:
    """What the disk may hold: of each file what was flushed and some of the rest, the end of which may be zeros; of the
    names what was flushed and the first of the later changes.
    """
    sizes: dict[str, int] = {}

    def keep(name: str, flushed: int, size: int) -> int:
        sizes[name] = flushed
        return data.draw(st.integers(flushed, size) | st.sampled_from([flushed, size]), f"bytes of {name}")

    def names_kept(count: int) -> int:
        return data.draw(st.integers(0, count) | st.sampled_from([0, count]), "changes of names")

    after = store.crashed(keep, names_kept)
    for name, flushed in sizes.items():
        contents = after.files[name].data
        if name.endswith(".log") and flushed < len(contents):
            written = data.draw(st.integers(flushed, len(contents)) | st.just(len(contents)), f"not zeros in {name}")
            contents[written:] = bytes(len(contents) - written)
    return after
