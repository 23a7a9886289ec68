"""The tokens of the stylesheet keep the contrasts that look.md asks for (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from importlib.resources import files

import pytest

CSS = files("shared.platform.pages").joinpath("static/base.css").read_text()
WHITE = "#ffffff"


def tokens(block: str) -> dict[str, str]:
    body = CSS.partition(block + " {")[2].partition("}")[0]
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6})", body))


LIGHT = tokens(":root")
WALL = LIGHT | tokens('[data-theme="wall"]')


def luminance(colour: str) -> float:
    digits = colour.removeprefix("#")
    digits = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        ("ink", "bg", 12),
        ("ink2", "bg", 8.3),
        ("ink2", "soft", 7),
        ("edge", "bg", 5.6),
        ("rule", "bg", 3),
        ("act", "bg", 11),
        ("on-act", "act", 11),
        ("link", "bg", 11),
        ("err", "bg", 4.5),
        ("wait", "wait-bg", 11),
        ("doing", "doing-bg", 12),
        ("done", "done-bg", 7.2),
        ("soon", "soon-bg", 6.3),
        ("late", "late-bg", 6.8),
    ],
)
def test_text_stands_out_on_a_light_page(ink: str, ground: str, least: float) -> None:
    assert contrast(LIGHT[ink], LIGHT[ground]) >= least


@pytest.mark.parametrize(("ground", "least"), [("urgent-bg", 5.7), ("drill-bg", 7)])
def test_white_stands_out_on_what_is_filled(ground: str, least: float) -> None:
    assert contrast(WHITE, LIGHT[ground]) >= least


@pytest.mark.parametrize("ink", ["ink", "ink2", "late", "done", "soon", "doing"])
def test_text_stands_out_on_the_wall(ink: str) -> None:
    assert contrast(WALL[ink], WALL["bg"]) >= 8.3


@pytest.mark.parametrize("state", ["wait", "doing", "done", "soon", "late"])
def test_chips_stand_out_on_the_wall(state: str) -> None:
    assert contrast(WALL[state], WALL[f"{state}-bg"]) >= 6
