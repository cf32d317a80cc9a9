"""Exporting: records become the rows of a file, read page by page and only as far as the actor may read.

``export_file`` writes CSV or Excel. A file exported with field names as headers imports back unchanged.
"""
