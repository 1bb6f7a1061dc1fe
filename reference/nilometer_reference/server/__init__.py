"""The broker on real sockets, real files and the real clock. Read `loop.py` first, then `serve.py`."""
