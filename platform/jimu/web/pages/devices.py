"""What a browser says of itself, as people would say it: Firefox on Windows."""

from __future__ import annotations

import re

from jimu.messages import Message

# The order counts: most browsers claim to be others too.
_BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/|Opera")),
    ("WeChat", re.compile(r"MicroMessenger/")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chrome", re.compile(r"Chrome/|CriOS/|Chromium/")),
    ("Safari", re.compile(r"Safari/")),
)
_SYSTEMS = (
    ("iPhone", "device-mobile", re.compile("iPhone")),
    ("iPad", "device-mobile", re.compile("iPad")),
    ("HarmonyOS", "device-mobile", re.compile("HarmonyOS|OpenHarmony")),
    ("Android", "device-mobile", re.compile("Android")),
    ("Windows", "device-desktop", re.compile("Windows")),
    ("macOS", "device-laptop", re.compile("Macintosh|Mac OS X")),
    ("Linux", "device-desktop", re.compile("Linux|X11")),
)


def device_of(agent: str) -> tuple[Message, str]:
    """The browser and system of a User-Agent, and an icon."""
    browser = next((name for name, pattern in _BROWSERS if pattern.search(agent)), "")
    system, icon = next(((name, icon) for name, icon, pattern in _SYSTEMS if pattern.search(agent)), ("", ""))
    if browser and system:
        return Message("{browser} on {system}", {"browser": browser, "system": system}), icon
    if browser or system:
        return Message("{device}", {"device": browser or system}), icon or "world"
    return Message("Unknown device"), "world"
