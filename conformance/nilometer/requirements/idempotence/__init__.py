"""A producer's retries: sequences, windows and epochs (area I)."""
