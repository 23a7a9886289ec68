"""Instants and spans as a person in Japan reads them: 14:05, 11月21日(土), 3分前, 2時間10分."""

from datetime import UTC, datetime, timedelta

from shared.kernel.japan import JAPAN, WEEKDAYS

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def local(instant: datetime) -> datetime:
    """Return the instant by the clock on the wall in Japan."""
    return instant.astimezone(JAPAN)


def clock(instant: datetime) -> str:
    """Return `14:05`."""
    there = local(instant)
    return f"{there.hour}:{there.minute:02}"


def day(instant: datetime) -> str:
    """Return `11月21日(土)`."""
    there = local(instant)
    return f"{there.month}月{there.day}日({WEEKDAYS[there.weekday()]})"


def daytime(instant: datetime) -> str:
    """Return `21日 14:05`."""
    return f"{local(instant).day}日 {clock(instant)}"


def full(instant: datetime) -> str:
    """Return `11月21日(土) 14:05`."""
    return f"{day(instant)} {clock(instant)}"


def iso(instant: datetime) -> str:
    """Return the instant for a machine, in UTC to the millisecond."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def span(length: timedelta | float) -> str:
    """Return how long that is, in the two largest units that say something: `1日18時間`, `2時間10分`, `25分`, `8秒`."""
    seconds = max(0, int(length.total_seconds() if isinstance(length, timedelta) else length))
    if seconds < _MINUTE:
        return f"{seconds}秒"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE}分"
    if seconds < _DAY:
        hours, minutes = seconds // _HOUR, seconds % _HOUR // _MINUTE
        return f"{hours}時間{minutes}分" if minutes else f"{hours}時間"
    days, hours = seconds // _DAY, seconds % _DAY // _HOUR
    return f"{days}日{hours}時間" if hours else f"{days}日"


def ago(instant: datetime, now: datetime) -> str:
    """Return how long ago that was, in one unit: `4秒前`, `3分前`, `5時間前`, `2日前`; what lies ahead is just now."""
    seconds = max(0, int((now - instant).total_seconds()))
    for unit, word in ((_DAY, "日"), (_HOUR, "時間"), (_MINUTE, "分")):
        if seconds >= unit:
            return f"{seconds // unit}{word}前"
    return f"{seconds}秒前"
