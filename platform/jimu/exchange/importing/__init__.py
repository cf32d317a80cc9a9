"""Importing: rows of a file become records, through ``records.write_many`` and nothing else.

``read_step`` reads how (a map file or a step of an import plan), ``bind`` fits it to a file and an object,
``Importer`` runs it.
"""
