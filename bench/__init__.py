"""Ratios against a floor: the same work by the bare parts, in the same run (design, "Promises": speed)."""
