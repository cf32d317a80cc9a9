"""Translations: catalogues read from .po files into memory, and the choice of a locale.

Locales are ``en``, ``zh-CN``, ``zh-TW`` everywhere; the gettext folders are ``zh_Hans`` and ``zh_Hant``. The English
template is the msgid, so English needs no catalogue. ``python -m jimu.translation`` brings the .po files up to date.
Knows nothing of requests: the faces call ``negotiate`` and hand the catalogue on as the ``Translator``.
"""

from jimu.translation.catalogue import GETTEXT_NAMES, Catalogue, load_catalogue, translator
from jimu.translation.negotiation import negotiate

__all__ = ["GETTEXT_NAMES", "Catalogue", "load_catalogue", "negotiate", "translator"]
