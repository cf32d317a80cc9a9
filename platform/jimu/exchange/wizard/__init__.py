"""The import as a conversation: a file is kept and looked through, its columns are mapped, every row is tried without a
trace, and a unit takes it in, which can be paused, resumed after a crash and taken back.

Each import is a record of ``data_import``, so that it survives whoever works on it. ``receive`` begins one,
``set_plan`` maps it, ``start_check`` and ``start_run`` leave the work to jobs. Knows no HTTP and no SQL.
"""
