"""Followers: people who want to hear what happens to a record, and what they are told.

``follow`` and ``unfollow`` keep who does; who owns a record hears of it without that, and who makes it, comments on it
or is mentioned on it comes to follow it, each unless they say otherwise. What happened is found in the transaction of
the write (``happenings``) and told by a job (``telling``): to those alone who may read the record then, one notice for
a burst of changes. What a bulk action did is told once, when it is over (``units``).
"""

from jimu.flows.followers.following import (
    Follower,
    Followers,
    follow,
    followers_of_record,
    following_state,
    unfollow,
)
from jimu.records.followed import can_be_followed

__all__ = [
    "Follower",
    "Followers",
    "can_be_followed",
    "follow",
    "followers_of_record",
    "following_state",
    "unfollow",
]
