"""Topics, settings and metadata (area A)."""
