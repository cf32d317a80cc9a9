"""Approval flows as written: frozen definitions, how YAML becomes them, and what is wrong with a graph.

Knows no runs and no records; ``flows.approvals`` runs what is defined here. ``model`` has the definitions, ``build``
makes them from a document, ``verify`` finds dead ends.
"""
