"""The reference broker: one sans-IO core under a real server and, later, a simulator. Read `node.py` first."""
