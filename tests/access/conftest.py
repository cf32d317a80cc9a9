"""Fixtures of the tests of access: the test company on each database."""

from tests.records.conftest import company_url, project

__all__ = ["company_url", "project"]
