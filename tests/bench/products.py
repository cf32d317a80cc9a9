"""The two products that are measured: the hand-written floor and Jimu, on SQLite or PostgreSQL."""

import json
import os
import random
import subprocess
import sys
import time

from tests.bench.driver import HERE, HOME, OWNERS, Adapter, J, Req, qs, records

BIN = os.path.dirname(sys.executable)
POSTGRESQL = os.environ.get("JIMU_BENCH_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/")
ROWS = int(os.environ.get("JIMU_BENCH_ROWS", "100000"))
PASSWORD = "bench-password-1"


class Floor(Adapter):
    def __init__(self, db, trgm=False):
        self.name = f"floor-{db}" + ("-trgm" if trgm else "")
        self.port = {"sqlite": 18001, "pg": 18002}[db] + (10 if trgm else 0)
        self.url = f"sqlite:///{HOME}/floor.db" if db == "sqlite" else f"{POSTGRESQL}jimu_bench_floor"
        self.env = {"FLOOR_DB": self.url, "FLOOR_TRGM": "1" if trgm else ""}
        self.h = {"Authorization": "Bearer admin-token"}
        self.hr = {"Authorization": "Bearer rep-token"}

    def setup(self):
        subprocess.run([sys.executable, "floor_app.py"], cwd=HERE, env={**os.environ, **self.env}, check=True)

    def index(self):
        """The trigram index of the search, once the records are there."""
        subprocess.run([sys.executable, "floor_app.py", "trigram"], cwd=HERE, env={**os.environ, **self.env}, check=True)

    def commands(self):
        return [([f"{BIN}/gunicorn", "-k", "gthread", "-w", "2", "--threads", "4", "--keep-alive", "75", "-b",
                  f"127.0.0.1:{self.port}", "floor_app:app"], self.env, HERE)]

    def ready(self):
        return Req("GET", "/health")

    def sample_ids(self, n=2000, mine=False):
        out = self.call(Req("GET", "/leads?status=new", headers=self.h))["items"]
        top = max(r["id"] for r in out)
        rnd = random.Random(3)
        return [rnd.randrange(1, min(top, 90000)) for _ in range(n)]

    def create(self, rec): return [J("POST", "/leads", rec, **self.h)]
    def read(self, i): return [Req("GET", f"/leads/{i}", headers=self.h)]
    def list(self, status, rep=False): return [Req("GET", f"/leads?status={status}", headers=self.hr if rep else self.h)]
    def list_capped(self, status): return self.list(status)
    def search(self, text): return [Req("GET", "/leads?" + qs(q=text), headers=self.h)]
    def agg(self): return [Req("GET", "/leads/sum", headers=self.h)]
    def update(self, i, status): return [J("PATCH", f"/leads/{i}", {"status": status}, **self.h)]
    def page_list(self): return [Req("GET", "/ui/leads", headers=self.h)]
    def page_form(self, i): return [Req("GET", f"/ui/leads/{i}", headers=self.h)]

    def bulk(self, recs):
        t = time.perf_counter()
        for k in range(0, len(recs), 5000):
            self.call(J("POST", "/leads/bulk", recs[k:k + 5000], **self.h))
        return time.perf_counter() - t


class Jimu(Adapter):
    """Access rules, validation, versions, history, search index and roll-ups are all on."""

    def __init__(self, db):
        self.name, self.port = f"jimu-{db}", {"sqlite": 18021, "pg": 18022}[db]
        self.home = HOME / self.name
        self.url = f"sqlite:///{self.home}/jimu.db" if db == "sqlite" else f"{POSTGRESQL}jimu_bench"
        self.env = {"JIMU_HOME": str(self.home), "JIMU_DATABASE_URL": self.url, "JIMU_WORKSPACE": str(HERE / "workspace"),
                    "JIMU_PORT": str(self.port), "JIMU_SEED": "none", "JIMU_API_RATE": "", "JIMU_REDIS_URL": ""}
        self.owners = {}

    def jimu(self, *args, quiet=True):
        done = subprocess.run([f"{BIN}/jimu", *args], env={**os.environ, **self.env}, check=True,
                              stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    def setup(self):
        self.home.mkdir(parents=True, exist_ok=True)
        self.jimu("apply")
        self.jimu("user", "create", "admin@example.com", "--name", "Admin", "--role", "bench_admin", "--password", PASSWORD)
        for owner in OWNERS:
            self.jimu("user", "create", owner, "--name", owner.split("@")[0], "--role", "bench_rep", "--password", PASSWORD)

    def commands(self):
        return [([f"{BIN}/jimu", "serve"], self.env, str(HERE))]

    def ready(self):
        return Req("GET", "/healthz")

    def login(self):
        self.h = {"Authorization": "Bearer " + self.jimu("token", "create", "admin@example.com", "--quiet")}
        self.hr = {"Authorization": "Bearer " + self.jimu("token", "create", OWNERS[0], "--quiet")}
        users = self.call(Req("GET", "/api/v1/records/user?limit=100&fields=email", headers=self.h))["records"]
        self.owners = {u["email"]: u["id"] for u in users}
        self.cookie = self._session()

    def _session(self):
        """The session cookie of a person who logged in through the page."""
        import http.cookiejar
        import re
        import urllib.parse
        import urllib.request
        jar = http.cookiejar.CookieJar()
        web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        base = f"http://127.0.0.1:{self.port}"
        page = web.open(f"{base}/login").read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
        form = urllib.parse.urlencode({"csrf_token": token, "email": "admin@example.com", "password": PASSWORD}).encode()
        web.open(f"{base}/login", form)
        return {"Cookie": "; ".join(f"{c.name}={c.value}" for c in jar)}

    def sample_ids(self, n=2000, mine=False):
        ids, after = [], None
        while len(ids) < n:
            path = "/api/v1/records/lead?" + qs(fields="name", limit=500, **({"after": after} if after else {}))
            page = self.call(Req("GET", path, headers=self.h))
            ids += [r["id"] for r in page["records"]]
            after = page["next"]
            if not after:
                break
        random.Random(3).shuffle(ids)
        return ids

    def fix(self, rec):
        rec = {**rec, "created_on": rec["created_at"] + "Z"}
        del rec["created_at"]
        rec["owner"] = self.owners[rec["owner"]]
        rec["revenue"] = str(rec["revenue"])
        return rec

    def _list(self, count, rep=False, **kw):
        query = qs(order="-created_on", limit=50, count=count, **kw)
        return [Req("GET", "/api/v1/records/lead?" + query, headers=self.hr if rep else self.h)]

    def create(self, rec): return [J("POST", "/api/v1/records/lead", self.fix(rec), **self.h)]
    def read(self, i): return [Req("GET", f"/api/v1/records/lead/{i}", headers=self.h)]
    def list(self, status, rep=False): return self._list("exact", rep, where=f"status == '{status}'")
    def list_capped(self, status): return self._list("estimated", where=f"status == '{status}'")
    def search(self, text): return self._list("exact", where=f"contains(company, '{text}')")

    def agg(self):
        return [Req("GET", "/api/v1/records/lead/aggregate?" + qs(group="status", measures="sum(revenue)"), headers=self.h)]

    def update(self, i, status): return [J("PATCH", f"/api/v1/records/lead/{i}", {"status": status}, **self.h)]
    def page_list(self): return [Req("GET", "/o/lead", headers=self.cookie)]
    def page_form(self, i): return [Req("GET", f"/o/lead/{i}/edit", headers=self.cookie)]

    def bulk(self, recs):
        rows = [self.fix(r) for r in recs]
        t = time.perf_counter()
        for k in range(0, len(rows), 5000):
            out = self.call(J("POST", "/api/v1/records/lead/bulk", rows[k:k + 5000], **self.h))
            if not out.get("committed"):
                raise RuntimeError(json.dumps(out)[:400])
        return time.perf_counter() - t


def fill(product, n=ROWS):
    """Load ``n`` leads through the product's own bulk call; returns rows a second."""
    secs = sum(product.bulk(records(min(10000, n - k), k)) for k in range(0, n, 10000))
    return n / secs
