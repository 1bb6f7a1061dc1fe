"""The transaction coordinator. Read `transaction.py` first, then `decisions.py`, then `coordinator.py`."""
