"""Jimu, a low-code CRM platform: YAML in; storage, forms, pages, APIs and approvals out."""

__version__ = "0.1.0"
