"""Import a list of units."""

from pathlib import Path

import click

from survey_app.cli.context import database, read_file, tell
from survey_app.services.units.importing import import_units as import_list


@click.command("import-units")
@click.argument("file", type=click.Path(path_type=Path))
def import_units(file: Path) -> None:
    """导入单位名单（.csv 或 .xlsx）。 Import a list of units.

    \b
    表头 / columns: code, name, level, parent_code [, class, sector]
    单位代码、单位名称、层级、上级代码（可加：类别、归口部门）
    任何一行有错，就列出全部错行，什么也不写入。
    If any row is wrong, every wrong row is listed and nothing is written.
    名单里没有的单位保持不变。 Units that the list does not name stay.
    """  # noqa: D301 - click reads the backspace: the lines behind it stay as they are.
    content = read_file(file)
    with database().writing() as session:
        plan = import_list(session, content, file.name)
    tell(
        "{added} units added, {updated} updated, {unchanged} unchanged.",
        added=len(plan.added),
        updated=len(plan.updated),
        unchanged=len(plan.unchanged),
    )
