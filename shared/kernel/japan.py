"""The time on the walls of Japan: one zone, no summer time."""

from datetime import timedelta, timezone

JAPAN = timezone(timedelta(hours=9), "JST")
WEEKDAYS = "月火水木金土日"
"""Of `date.weekday()`."""
