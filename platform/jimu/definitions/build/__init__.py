"""From documents to definitions: one file per kind. Names are only noted here; ``link`` follows them afterwards."""
