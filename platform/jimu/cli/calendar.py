"""``jimu calendar``: business calendars."""

from __future__ import annotations

from pathlib import Path

import click

from jimu.cli.output import say


@click.group("calendar")
def calendar_group() -> None:
    """Make business calendars of tables of holidays."""


@calendar_group.command("import")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="holidays", help="The calendar's name: the file is flows/calendars/NAME.yaml.")
@click.option("--label", default="", help="What people see; the name if not given.")
@click.option("--zone", default="", help="Time zone, such as Asia/Shanghai; the workspace's if not given.")
@click.option("--hours", multiple=True, default=("9:00-12:00", "13:30-18:00"), help="Hours from Monday to Friday.")
@click.option("--year", "years", type=int, multiple=True, help="Only these years.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("flows/calendars"))
def import_command(
    table: Path, name: str, label: str, zone: str, hours: tuple[str, ...], years: tuple[int, ...], folder: Path
) -> None:
    """Write a calendar from TABLE, a CSV with the columns date, kind (holiday or makeup_workday) and festival."""
    from jimu.exchange.calendar_tables import calendar_yaml, read_days

    days = read_days(table, years)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(calendar_yaml(days, label or name, zone, hours), "utf-8")
    say(f"{len(days)} days written to {path}")
