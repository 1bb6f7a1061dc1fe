"""Area C: compaction and retention: what may disappear, and what may not."""
