"""Safety goals over views, stated once: the explorer, the proof and later the simulator read the same text."""
