"""The other public sample files, imported into objects that a consultant would write for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jimu.records import AggregateRequest, read
from tests.exchange.conftest import rows_of, run_import, sample
from tests.records.project import Project, prepared_project

FILES = {
    "objects/samples/company.yaml": """
label: Company
title: "{name}"
owner: none
fields:
  code: {type: text, label: {en: Code, zh-CN: 股票代码}, unique: true, required: true}
  name: {type: text, label: {en: Name, zh-CN: 股票名称}, required: true, search: true}
  exchange_code: {type: text, label: {en: Exchange code, zh-CN: TS代码}}
  industry: {type: text, label: {en: Industry, zh-CN: 行业}}
""",
    "objects/samples/member.yaml": """
label: Member
title: "{full_name}"
owner: none
fields:
  full_name: {type: text, required: true}
  age: {type: integer, min: 0, max: 120}
  marital_status: {type: picklist, options: [single, married, divorced, separated]}
  email: {type: email, unique: true}
  phone: {type: text}
  full_address: {type: text}
  job_title: {type: text}
  membership_date: {type: date}
""",
    "objects/samples/incident.yaml": """
label: Incident
title: "{number}"
owner: none
fields:
  number: {type: text, unique: true, required: true}
  incident_state: {type: text}
  active: {type: boolean}
  reopen_count: {type: integer}
  made_sla: {type: boolean}
  opened_at: {type: datetime}
  closed_at: {type: datetime}
  assigned_to: {type: text}
  priority: {type: text}
""",
    "objects/samples/ticket.yaml": """
label: Ticket
title: "{subject}"
owner: none
fields:
  ticket_id: {type: integer, unique: true}
  customer_email: {type: email}
  subject: {type: text, label: Ticket subject}
  description: {type: long_text, label: Ticket description}
  date_of_purchase: {type: date}
  first_response_time: {type: datetime}
""",
}


@pytest.fixture
def samples(backend: str, tmp_path: Path) -> Iterator[Project]:
    with prepared_project(backend, tmp_path, FILES) as project:
        yield project


def count(project: Project, object: str, where: str | None = None) -> int:
    (row,) = read.aggregate(AggregateRequest(object, where=where), project.system).rows
    found: int = row["count"]
    return found


def test_listed_companies_keep_zeros_stars_and_rare_characters(samples: Project) -> None:
    report = run_import(samples, "company", sample("chinese", "listed_companies.gbk.csv"), {"key": "code"})
    assert (report.created, report.rejected, report.encoding) == (4347, 0, "gb18030")
    assert count(samples, "company", "starts_with(code, '0')") == 1462
    assert count(samples, "company", "starts_with(name, '*ST')") == 117
    assert count(samples, "company", "name in ['昇兴股份', '昇辉科技', '泽璟制药-U', '芯碁微装']") == 4
    assert count(samples, "company", "is_blank(industry)") == 1


def test_the_eight_encodings_make_identical_records(samples: Project) -> None:
    folder = sample("messy_csv", "encodings")
    for number, path in enumerate(sorted(folder.iterdir())):
        report = run_import(samples, "company", path, {"key": "code"})
        assert (report.read, report.rejected) == (264, 0)
        assert (report.created if number == 0 else report.unchanged) == 264
    assert count(samples, "company") == 264


def test_club_members_are_two_thousand_once_their_dirt_is_said(samples: Project, tmp_path: Path) -> None:
    mapping: dict[str, Any] = {
        "key": "email",
        "dates": "month_first",
        "columns": {
            "full_name": "full_name",
            "age": "age",
            "email": "email",
            "phone": "phone",
            "full_address": "full_address",
            "job_title": "job_title",
            "membership_date": "membership_date",
            "martial_status": {"field": "marital_status", "values": {"divored": "divorced"}},
        },
    }
    path = sample("messy_csv", "club_member_info.csv")
    report = run_import(samples, "member", path, mapping, rejects=tmp_path / "rejects.csv")
    assert report.read == 2010
    assert {p.code for row in report.samples for p in row.problems} == {"too_large"}
    assert report.rejected == 15
    assert count(samples, "member", "full_name != trim(full_name)") == 0
    assert count(samples, "member", "marital_status == 'divorced'") > 0
    without_age = mapping | {"columns": {k: v for k, v in mapping["columns"].items() if k != "age"}}
    assert run_import(samples, "member", path, without_age).rejected == 0
    assert count(samples, "member") == 2000


def test_day_first_moments_and_question_marks_for_nothing(samples: Project) -> None:
    path = sample("support", "incident_event_log_sample.csv")
    report = run_import(samples, "incident", path, {"key": "number", "empty": ["?"], "dates": "day_first"})
    assert (report.created, report.rejected) == (890, 0)
    assert count(samples, "incident", "assigned_to == '?'") == 0
    (row,) = [r for r in rows_of(samples, "incident", "number", "opened_at", order="number") if r[0] == "INC0000045"]
    assert row[1].date() == date(2016, 2, 29)


def test_quoted_line_breaks_and_headers_with_spaces(samples: Project) -> None:
    report = run_import(
        samples, "ticket", sample("support", "customer_support_tickets_sample.csv"), {"key": "ticket_id"}
    )
    assert (report.created, report.rejected) == (1500, 0)
    assert "Ticket ID" not in report.ignored
    assert count(samples, "ticket", "contains(description, '{product_purchased}')") > 500
