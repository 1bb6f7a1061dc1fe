"""How we speak to a broker: `raw.py` (one connection), `session.py` (a cluster, and the requests every check needs)."""
