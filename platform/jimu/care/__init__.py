"""Care for data: duplicates worked through, records merged, cloned, converted, kept no longer than they may be, and
what is known of a person found, given out and erased.

Every change goes through ``records.write`` inside a unit of ``bulk``, so that all of it can be taken back. Knows no
HTTP, no SQL and no object by name.
"""
