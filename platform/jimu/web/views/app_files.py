"""What makes the site an app on a home screen: its mark as a picture, and the manifest that names it. Open to all."""

from __future__ import annotations

import functools
import struct
import zlib

import orjson
from flask import Blueprint, Response

from jimu.messages import Message
from jimu.web.visit import visit

ACCENT, LIGHT = (0x31, 0x57, 0xD5), (0xFF, 0xFF, 0xFF)
SIZES = (180, 192, 512)
# The mark on a field of 16 by 16: building blocks, two below and one on top (left, top, width, height, strength).
BLOCKS = ((3, 9, 4.6, 4, 1.0), (8.4, 9, 4.6, 4, 0.78), (5.7, 4, 4.6, 4, 0.9))
_KEPT = "private, max-age=86400"


def register(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/icon.svg", view_func=show_icon)
    blueprint.add_url_rule("/icon-<size>.png", view_func=show_picture)
    blueprint.add_url_rule("/manifest.webmanifest", view_func=show_manifest)


def show_icon() -> Response:
    return _kept(_svg(), "image/svg+xml")


def show_picture(size: str) -> Response:
    """The mark in one of the sizes that phones ask for."""
    return _kept(_png(int(size) if size in map(str, SIZES) else SIZES[0]), "image/png")


def show_manifest() -> Response:
    now = visit()
    workspace = now.manifest.workspace
    name = workspace.label.get(now.locale) or workspace.name
    search = now.say(Message("Search"))
    body = {
        "name": name,
        "short_name": name[:12],
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": now.locale,
        "background_color": "#f7f8fa",
        "theme_color": "#ffffff",
        "icons": [
            {"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml"},
            *({"src": f"/icon-{n}.png", "sizes": f"{n}x{n}", "type": "image/png"} for n in SIZES),
            {"src": "/icon-512.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
        "shortcuts": [{"name": search, "url": "/search"}],
    }
    return _kept(orjson.dumps(body), "application/manifest+json")


def _kept(body: bytes, kind: str) -> Response:
    return Response(body, mimetype=kind, headers={"Cache-Control": _KEPT})


@functools.cache
def _svg() -> bytes:
    blocks = "".join(
        f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx=".7" fill="#fff" fill-opacity="{a}"/>'
        for x, y, w, h, a in BLOCKS
    )
    ground = f'<rect width="16" height="16" rx="3.6" fill="#{bytes(ACCENT).hex()}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{ground}{blocks}</svg>'.encode()


@functools.cache
def _png(size: int) -> bytes:
    """The mark without rounded corners, which the phone cuts itself."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y, size) for x in range(size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _pixel(x: int, y: int, size: int) -> bytes:
    across, down = (x + 0.5) * 16 / size, (y + 0.5) * 16 / size
    strength = next((a for left, top, w, h, a in BLOCKS if left <= across < left + w and top <= down < top + h), 0.0)
    return bytes(round(dark + (light - dark) * strength) for dark, light in zip(ACCENT, LIGHT, strict=True))
