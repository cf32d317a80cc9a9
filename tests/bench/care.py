"""Care for data, timed: write overhead of duplicate rules, a scan of many records, merges of many clusters.

    .venv/bin/python -m tests.bench.care [--records 100000] [--clusters 1000] [--database URL]

Prints Markdown rows. Names are made of Chinese and English words, so that blocks are as crowded as in real life.
"""
from __future__ import annotations

import argparse
import random
import tempfile
import time
from dataclasses import replace

from jimu.access import SYSTEM
from jimu.bulk import do_now, load_run, start_undo
from jimu.care.merging import Merge, merge_records
from jimu.care.scanning import look_through, scan
from jimu.records import Create, write
from jimu.records.duplicates import find_rule
from jimu.records.duplicates.asking import find_duplicates
from jimu.records.duplicates.keeping import bring_rules_up, fill_keys
from tests.care.shop import FILES
from tests.records.project import empty_project, make_tables

CITIES = "北京 上海 广州 深圳 杭州 南京 苏州 成都 武汉 西安 青岛 济南 Berlin Boston London Lyon".split()
FIRST = "华 龙 腾 海 纳 新 禾 百 川 青 松 岭 长 风 云 天 金 盛 瑞 丰 恒 达 宏 远 东 方 明 德 嘉 泰".split()
WHAT = "科技 贸易 半导体 精密机械 货运 百货 供应链管理 信息技术 电子 医药 Trading Networks Systems Logistics Foods".split()
FORMS = "有限公司 股份有限公司 集团有限公司 Ltd. GmbH Inc.".split()


def names(n: int, rng: random.Random) -> list[str]:
    return [f"{rng.choice(CITIES)}{''.join(rng.sample(FIRST, 3))}{rng.choice(WHAT)}{rng.choice(FORMS)}" for _ in range(n)]


def timed(what: str, count: int, run) -> object:
    start = time.perf_counter()
    result = run()
    took = time.perf_counter() - start
    print(f"| {what} | {count:,} | {took:.2f} s | {count / took:,.0f}/s |", flush=True)
    return result


def bare(files: dict[str, str]) -> dict[str, str]:
    """The same without duplicate rules (and what names them)."""
    import re
    made = {p: re.sub(r"duplicates:\n(?:  .*\n)+", "", t) for p, t in files.items()}
    return {p: t for p, t in made.items() if "conversions" not in p}


def load(project, texts: list[str], actor) -> None:
    context = replace(project.context(actor), duplicates="judge")
    for start in range(0, len(texts), 5000):
        commands = [Create("company", {"name": t, "phone": f"+8610{60000000 + start + i}"}) for i, t in enumerate(texts[start:start + 5000])]
        done = write.write_many(commands, context, atomic=False, values=False)
        assert not done.failed, done.failed[0].error


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000); parser.add_argument("--clusters", type=int, default=1_000)
    parser.add_argument("--database", default="")
    a = parser.parse_args()
    rng = random.Random(5)
    texts = names(a.records, rng)
    with tempfile.TemporaryDirectory() as folder:
        print("| what | records | time | rate |\n|---|---|---|---|")
        plain_url = f"sqlite:///{folder}/plain.db"
        if not a.database:
            from jimu.storage import Database
            from jimu.storage.migrations import migrate
            for url in (plain_url, f"sqlite:///{folder}/care.db"):
                d = Database(url); migrate(d); d.dispose()
            make_tables(plain_url, bare(FILES))
            with empty_project(plain_url, bare(FILES)) as project:
                timed("create in bulk, no rules (as a person)", min(a.records, 20_000), lambda: load(project, texts[:20_000], boss(project)))
        url = a.database or f"sqlite:///{folder}/care.db"
        make_tables(url, FILES)
        with empty_project(url, FILES) as project:
            with project.store.write() as t:
                bring_rules_up(t, project.manifest)
            timed("create in bulk, rules kept only (as the engine)", min(a.records, 20_000), lambda: load(project, texts[:20_000], SYSTEM))
            n = min(a.records, 20_000)
            timed("create in bulk, rules judged (as a person)", min(10_000, a.records - n), lambda: load(project, texts[n:n + 10_000], boss(project)))
            load(project, texts[n + 10_000:], SYSTEM)
            with project.store.write() as t:
                t.refresh_statistics("company")
            probes = names(200, rng)
            context = project.context(boss(project))
            timed("one check as one types", 200, lambda: [find_duplicates("company", [{"name": p}], context) for p in probes])
            timed("single create with rules", 200, lambda: [write.write(Create("company", {"name": p}), context) for p in probes])
            rule = find_rule(project.manifest, "company", "same_name")
            with project.store.write() as t:
                t.remove_match_rule(rule.number)
                bring_rules_up(t, project.manifest)
            timed("back-fill of one rule", a.records, lambda: fill_keys(type("J", (), {"payload": {"rule": rule.number}}), project.system))
            finds = timed("scan, one fuzzy rule", a.records, lambda: look_through(rule, project.system))
            found = timed("scan with clusters stored, all rules", a.records, lambda: scan("company", project.system))
            print(f"| clusters found | {found} | largest {max(map(len, finds.groups.all()))} | |")
            groups = [g[:3] for g in list(finds.groups.all())[: a.clusters]]
            for group in groups:
                write.write_many([Create("order", {"name": "O", "company": id}) for id in group] + [Create("comment", {"record": group[-1], "text": "x"})], project.system)
            units = timed("merges (2–3 records, 4 children each)", len(groups), lambda: [merge_records(Merge("company", tuple(g), g[0]), context).unit for g in groups])
            timed("undo of 100 merges", 100, lambda: [do_now(start_undo(load_run(u, context), context).id, context) for u in units[:100]])


def boss(project):
    if not hasattr(project, "_boss"):
        project._boss = project.acting(project.user("bench", "boss")).actor
    return project._boss


if __name__ == "__main__":
    main()
