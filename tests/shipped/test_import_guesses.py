"""What the columns of public files of sales are taken for by the standard objects, before anybody says a word."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jimu.access import SYSTEM
from jimu.exchange.readers import open_table
from jimu.exchange.wizard import suggestions
from jimu.exchange.wizard.profile import profile_of
from jimu.exchange.wizard.recognising import Recognised
from tests.exchange.conftest import sample, standard_manifest

CASES = {
    ("account", "crm_sales_opportunities/accounts.csv"): {
        "account": "name",
        "sector": "industry",
        "year_established": "founded_year",
        "revenue": "annual_revenue",
        "employees": "employees",
        "office_location": "country",
        "subsidiary_of": "parent_account",
    },
    ("product", "crm_sales_opportunities/products.csv"): {
        "product": "name",
        "series": "series",
        "sales_price": "list_price",
    },
    ("opportunity", "crm_sales_opportunities/sales_pipeline.csv"): {
        "opportunity_id": "external_id",
        "product": "product",
        "account": "account",
        "deal_stage": "stage",
        "engage_date": "engage_on",
        "close_date": "close_on",
        "close_value": "amount",
    },
    ("account", "chinese/listed_companies.gbk.csv"): {"股票名称": "name", "行业": "industry"},
}


@pytest.mark.parametrize(("object", "path"), CASES, ids=lambda one: str(one))
def test_columns_are_taken_for_what_they_are(monkeypatch: pytest.MonkeyPatch, object: str, path: str) -> None:
    """With no record there that a text could name."""
    monkeypatch.setattr(suggestions, "recognise", lambda *_: Recognised({}))
    crm = standard_manifest()
    context: Any = SimpleNamespace(actor=SYSTEM, manifest=crm)
    plan = suggestions.suggest_plan(profile_of(open_table(sample(*path.split("/")))), crm.object(object), context)
    found = {header: rule["field"] for header, rule in plan["columns"].items() if rule}
    assert found == CASES[object, path]
    if path.endswith("accounts.csv"):
        country = plan["columns"]["office_location"]["values"]
        assert (country.get("Philipines"), country.get("Korea")) == ("PH", None)  # which Korea is for a person to say
