"""What readers may see, and when: the high watermark (area V)."""
