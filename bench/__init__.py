"""Measurements: ratios, ours beside a bare counterpart in the same run."""
