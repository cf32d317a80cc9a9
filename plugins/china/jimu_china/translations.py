"""The plugin's sentences in Chinese."""

from __future__ import annotations

from collections.abc import Mapping

_TEXTS: Mapping[str, tuple[str, str]] = {
    "A unified social credit code has {wanted} characters, not {found}.": (
        "统一社会信用代码应为 {wanted} 位，现为 {found} 位。",
        "統一社會信用代碼應為 {wanted} 碼，目前為 {found} 碼。",
    ),
    "This is no unified social credit code: it has characters that none has there.": (
        "不是统一社会信用代码：含有不允许的字符。",
        "不是統一社會信用代碼：含有不允許的字元。",
    ),
    "The check character is wrong: there is a slip in this unified social credit code.": (
        "校验码不符：统一社会信用代码有误。",
        "檢查碼不符：統一社會信用代碼有誤。",
    ),
    "A resident id number has {wanted} characters, not {found}.": (
        "居民身份证号码应为 {wanted} 位，现为 {found} 位。",
        "居民身分證號碼應為 {wanted} 碼，目前為 {found} 碼。",
    ),
    "A resident id number has 17 digits, and a digit or X at the end.": (
        "居民身份证号码应为 17 位数字，最后一位为数字或 X。",
        "居民身分證號碼應為 17 位數字，最後一位為數字或 X。",
    ),
    "{digits} in this resident id number is no birth date.": (
        "居民身份证号码中的 {digits} 不是有效的出生日期。",
        "居民身分證號碼中的 {digits} 不是有效的出生日期。",
    ),
    "The last place is wrong: there is a slip in this resident id number.": (
        "校验码不符：居民身份证号码有误。",
        "檢查碼不符：居民身分證號碼有誤。",
    ),
}

TRANSLATIONS: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {template: texts[0] for template, texts in _TEXTS.items()},
    "zh-TW": {template: texts[1] for template, texts in _TEXTS.items()},
}
