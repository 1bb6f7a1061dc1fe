"""What a run shows: `jsonl.py` writes the truth, `text.py` renders it, `progress.py` moves meanwhile."""
