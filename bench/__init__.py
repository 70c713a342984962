"""Measurements of the real program, as ratios within one run: `python -m bench`."""
