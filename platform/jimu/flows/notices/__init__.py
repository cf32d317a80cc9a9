"""Notices to people outside the pages, and webhooks to other systems.

Every notification is first a record, shown in the bell. This package sends it on by the channels that its reader
chose (``settings``): at once, with the day's digest, after quiet hours. What goes out is a ``delivery`` record that is
written before it is sent, tried again when it fails, and can be sent anew. A channel is a small class (``Channel``);
mail is built in, SMS and chats come from plugins (hook ``jimu_channels``).
"""

from jimu.flows.notices.channels import Channel, Envelope, channels_of
from jimu.flows.notices.resending import send_anew
from jimu.flows.notices.settings import AT_ONCE, DIGEST, NEVER, NOTICE_KINDS, choice_for
from jimu.flows.notices.webhooks import signature

__all__ = [
    "AT_ONCE",
    "DIGEST",
    "NEVER",
    "NOTICE_KINDS",
    "Channel",
    "Envelope",
    "channels_of",
    "choice_for",
    "send_anew",
    "signature",
]
