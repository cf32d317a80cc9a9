"""What happens to records by configuration: approvals, stages, automations, pools and assignment.

Each is a package of its own, which reads its definitions from the manifest, judges and follows on the one write path
through hooks, and writes through ``records.write``. Knows no HTTP and no SQL.
"""
