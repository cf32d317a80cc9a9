"""Names of people taken apart and put together by their script: in Chinese characters the family name comes first and
without a space, in letters it comes last.

What cannot be told is not guessed: such a name stays whole, as the given name. Called by ``person_name``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PREFIX, GIVEN, MIDDLE, FAMILY = "prefix", "given", "middle", "family"
Parts = dict[str, str | None]

_CHARACTERS = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_SPACES = re.compile(r"[\s\u3000]+")

# Chinese and Korean family names of two characters.
_COMPOUND_TEXT = (
    "欧阳 歐陽 太史 端木 上官 司马 司馬 东方 東方 独孤 獨孤 南宫 南宮 万俟 萬俟 闻人 聞人 夏侯 诸葛 諸葛"
    " 尉迟 尉遲 公羊 赫连 赫連 澹台 澹臺 皇甫 宗政 濮阳 濮陽 公冶 太叔 申屠 公孙 公孫 慕容 仲孙 仲孫 钟离"
    " 鍾離 长孙 長孫 宇文 司徒 鲜于 鮮于 司空 闾丘 閭丘 子车 子車 亓官 司寇 巫马 巫馬 公西 颛孙 顓孫 壤驷"
    " 壤駟 公良 漆雕 乐正 樂正 宰父 谷梁 穀梁 拓跋 夹谷 夾谷 轩辕 軒轅 令狐 段干 百里 呼延 东郭 東郭 南门"
    " 南門 羊舌 微生 梁丘 左丘 东门 東門 西门 西門 第五 贺兰 賀蘭 完颜 完顏 富察 那拉 纳兰 納蘭 叶赫 葉赫"
    " 남궁 황보 제갈 선우 독고 사공 서문 동방"
)
_COMPOUND = frozenset(_COMPOUND_TEXT.split())
# Words in small letters that belong to the family name after them: van Beethoven, de la Cruz, bin Salman.
_PARTICLES_TEXT = (
    "van von der den de del della di da dos das du la le el al bin binti ibn ben ter ten zu zur y e af av st"
)
_PARTICLES = frozenset(_PARTICLES_TEXT.split())
_AFTER = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})

# Forms of address: as they are kept, and what stands behind a name in Chinese.
_PREFIXES = {
    "Mr": ("先生", "先生"),
    "Ms": ("女士", "女士"),
    "Mrs": ("太太", "太太"),
    "Miss": ("小姐", "小姐"),
    "Dr": ("博士", "博士"),
    "Prof": ("教授", "教授"),
}
_KNOWN_PREFIXES = {k.lower(): k for k in _PREFIXES} | {v: k for k, both in _PREFIXES.items() for v in both}


def split_name(text: str, *, has_prefix: bool = True) -> Parts:
    """The parts of a name that was written in one piece; ``join_name`` of them is the same name.

    ``has_prefix``: a form of address is a part of its own, not of the name.
    """
    text = _SPACES.sub(" ", text).strip()
    prefix, text = _without_prefix(text) if has_prefix else (None, text)
    letters = text.replace(" ", "")
    if _CHARACTERS.fullmatch(letters):
        family, middle, given = _of_characters(text)
    elif _CHARACTERS.search(letters):
        family, middle, given = None, None, text
    else:
        family, middle, given = _of_letters(text)
    return {PREFIX: prefix, GIVEN: given or None, MIDDLE: middle or None, FAMILY: family or None}


def join_name(parts: Mapping[str, str | None]) -> str | None:
    """The name in one piece, without its form of address; None if all parts are blank."""
    given, middle, family = (parts.get(name) for name in (GIVEN, MIDDLE, FAMILY))
    known = [part for part in (given, middle, family) if part]
    if all(_CHARACTERS.fullmatch(part.replace(" ", "")) for part in known):
        return "".join(part for part in (family, middle, given) if part) or None
    return " ".join(known)


def find_prefix(text: str) -> str:
    """The form of address as it is kept: Mr for Mr., mr and 先生; what is not known stays as it is."""
    return _KNOWN_PREFIXES.get(text.strip().rstrip(".").lower(), text.strip())


def addressed(name: str, prefix: str | None, locale: str) -> str:
    """The name with its form of address, where readers of the language put it: Mr Wei Wang, 王伟先生."""
    if not prefix:
        return name
    if not locale.startswith("zh"):
        return f"{prefix} {name}"
    known = _PREFIXES.get(prefix)
    return f"{name}{known[locale == 'zh-TW']}" if known else f"{prefix} {name}"


def _without_prefix(text: str) -> tuple[str | None, str]:
    first, _, rest = text.partition(" ")
    if rest and first.rstrip(".").lower() in _KNOWN_PREFIXES:
        return find_prefix(first), rest
    for word, prefix in _KNOWN_PREFIXES.items():
        if not word.isascii() and text.endswith(word) and len(text) > len(word):
            return prefix, text.removesuffix(word).strip()
    return None, text


def _of_characters(text: str) -> tuple[str | None, str | None, str]:
    family, _, rest = text.partition(" ")
    if rest:
        return family, None, rest.replace(" ", "")
    if len(text) > 2 and text[:2] in _COMPOUND:
        return text[:2], None, text[2:]
    if len(text) == 1 or text in _COMPOUND:
        return text, None, ""
    if len(text) in (2, 3):
        return text[0], None, text[1:]
    return None, None, text


def _of_letters(text: str) -> tuple[str | None, str | None, str]:
    family, comma, rest = text.partition(",")
    if comma and rest.strip() and rest.strip().lower() not in _AFTER:
        given, _, middle = rest.strip().partition(" ")
        return family.strip(), middle, given
    words = text.split(" ")
    end = len(words) - 1
    while end > 1 and words[end].lower() in _AFTER:
        end -= 1
    while end > 1 and words[end - 1] in _PARTICLES:
        end -= 1
    if len(words) == 1:
        return None, None, text
    return " ".join(words[end:]), " ".join(words[1:end]), words[0]
