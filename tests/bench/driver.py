"""The neutral HTTP workload driver: one object "lead", workloads W1 to W11, one adapter per product.

Standard library only, loopback only; every cell is bounded in count and time. Two products take turns within each
round, so that a ratio compares neighbours in time: on a shared machine absolute figures move by a factor of two.
"""
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
HOME = Path(os.environ.get("JIMU_BENCH_HOME", "/tmp/jimu-bench"))
sys.setswitchinterval(0.0005)

# ---------------------------------------------------------------- data
STATUS = ["new", "contacted", "qualified", "lost", "converted"]
SOURCE = ["web", "phone", "partner", "event", "ad"]
INDUSTRY = ["software", "retail", "finance", "health", "energy", "media", "logistics", "food"]
CITY = ["Shanghai", "Berlin", "Lyon", "Austin", "Osaka", "Leeds", "Porto", "Lima", "Oslo", "Delhi"]
A = ["Blue", "North", "Silver", "Rapid", "Green", "Prime", "Vertex", "Nova", "Delta", "Orion", "Quartz", "Amber"]
B = ["Harbor", "Systems", "Foods", "Logic", "Works", "Energy", "Media", "Labs", "Motors", "Retail", "Health", "Union"]
WORDS = ["customer", "asked", "for", "a", "demo", "next", "quarter", "and", "wants", "pricing", "for", "the", "team", "plan", "with", "local", "support", "their", "current", "tool", "is", "slow", "and", "the", "data", "import", "failed", "twice", "so", "they", "look", "for", "a", "replacement"]
OWNERS = [f"rep{i}@example.com" for i in range(1, 21)]


def record(i, rnd):
    return {
        "name": f"Lead {i:07d}",
        "company": f"{rnd.choice(A)} {rnd.choice(B)} {rnd.randrange(1000):03d}",
        "email": f"lead{i}@example.com",
        "phone": f"+86 10 {rnd.randrange(10**8):08d}",
        "status": rnd.choice(STATUS),
        "source": rnd.choice(SOURCE),
        "industry": rnd.choice(INDUSTRY),
        "employees": rnd.randrange(1, 5000),
        "revenue": round(rnd.random() * 1e6, 2),
        "rating": rnd.randrange(1, 6),
        "city": rnd.choice(CITY),
        "description": " ".join(rnd.choices(WORDS, k=24)),
        "owner": rnd.choice(OWNERS),
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1730000000 + i * 300 % 60000000)),
        "next_follow_up": f"2026-{rnd.randrange(1, 13):02d}-{rnd.randrange(1, 29):02d}",
    }


def records(n, start=0, seed=7):
    rnd = random.Random(seed + start)
    return [record(i, rnd) for i in range(start, start + n)]


# ---------------------------------------------------------------- http
@dataclass
class Req:
    method: str
    path: str
    body: bytes = b""
    headers: dict = field(default_factory=dict)

    def raw(self, host):
        h = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
        h += [f"{k}: {v}" for k, v in self.headers.items()]
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            h.append(f"Content-Length: {len(self.body)}")
            if not any(k.lower() == "content-type" for k in self.headers):
                h.append("Content-Type: application/json")
        return ("\r\n".join(h) + "\r\n\r\n").encode() + self.body


class Conn:
    """A small keep-alive HTTP/1.1 client; knows Content-Length and chunked bodies."""

    def __init__(self, host, port, vhost=None, timeout=30):
        assert host in ("127.0.0.1", "localhost"), "loopback only"
        self.addr, self.timeout, self.vhost, self.s = (host, port), timeout, vhost or f"{host}:{port}", None
        self.buf = b""

    def close(self):
        if self.s:
            self.s.close()
        self.s, self.buf = None, b""

    def send(self, req):
        raw = req.raw(self.vhost)
        for attempt in (0, 1):
            try:
                if not self.s:
                    self.s = socket.create_connection(self.addr, self.timeout)
                    self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.buf = b""
                self.s.sendall(raw)
                return self._read(req.method)
            except (BrokenPipeError, ConnectionResetError, EOFError):
                self.close()
                if attempt:
                    raise

    def _more(self):
        d = self.s.recv(262144)
        if not d:
            raise EOFError
        self.buf += d

    def _read(self, method):
        while (k := self.buf.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self.buf = self.buf[:k].decode("latin1"), self.buf[k + 4:]
        lines = head.split("\r\n")
        code = int(lines[0].split()[1])
        h = {a.strip().lower(): b.strip() for a, _, b in (x.partition(":") for x in lines[1:])}
        if method == "HEAD" or code in (204, 304):
            body = b""
        elif "chunked" in h.get("transfer-encoding", ""):
            out = []
            while True:
                while (k := self.buf.find(b"\r\n")) < 0:
                    self._more()
                n = int(self.buf[:k].split(b";")[0], 16)
                while len(self.buf) < k + 2 + n + 2:
                    self._more()
                out.append(self.buf[k + 2:k + 2 + n])
                self.buf = self.buf[k + 2 + n + 2:]
                if n == 0:
                    break
            body = b"".join(out)
        elif "content-length" in h:
            n = int(h["content-length"])
            while len(self.buf) < n:
                self._more()
            body, self.buf = self.buf[:n], self.buf[n:]
        else:
            try:
                while True:
                    self._more()
            except EOFError:
                body, self.buf = self.buf, b""
            self.close()
            return code, body
        if h.get("connection", "").lower() == "close":
            self.close()
        return code, body


def pct(xs, p):
    xs = sorted(xs)
    return xs[min(len(xs) - 1, int(len(xs) * p))]


def run_cell(ad, make, clients, secs, cap):
    """make(k) -> list of Req forming one operation. Returns ops/s and latency percentiles."""
    lat, errs, ops, lock = [], [], [0], threading.Lock()
    t_end = time.perf_counter() + secs
    start = threading.Barrier(clients + 1)

    def worker(w):
        c, mine = Conn(ad.host, ad.port, ad.vhost), []
        start.wait()
        k = w
        while time.perf_counter() < t_end and k < cap:
            reqs = make(k)
            t = time.perf_counter()
            try:
                for r in reqs:
                    code, body = c.send(r)
                    if code >= 300 or ad.bad(body):
                        errs.append((code, body[:300]))
            except Exception as e:  # counted, never hidden
                errs.append((0, repr(e)))
                c.close()
            mine.append(time.perf_counter() - t)
            k += clients
        c.close()
        with lock:
            lat.extend(mine)
            ops[0] += len(mine)

    th = [threading.Thread(target=worker, args=(w,)) for w in range(clients)]
    [t.start() for t in th]
    t0 = time.perf_counter()
    t_end = t0 + secs
    start.wait()
    [t.join() for t in th]
    el = time.perf_counter() - t0
    return {"rps": (ops[0] - len(errs)) / el, "p50": pct(lat, .5) * 1e3, "p95": pct(lat, .95) * 1e3,
            "n": ops[0], "errors": len(errs), "err": str(errs[0]) if errs else ""}


# ---------------------------------------------------------------- processes
def tree(pids):
    kids = {}
    for p in os.listdir("/proc"):
        if p.isdigit():
            try:
                with open(f"/proc/{p}/stat") as f:
                    kids.setdefault(int(f.read().rsplit(")", 1)[1].split()[1]), []).append(int(p))
            except OSError:
                pass
    out, todo = [], list(pids)
    while todo:
        p = todo.pop()
        out.append(p)
        todo += kids.get(p, [])
    return out


def memory(pids):
    rss = pss = 0
    for p in tree(pids):
        try:
            with open(f"/proc/{p}/smaps_rollup") as f:
                for line in f:
                    if line.startswith("Rss:"):
                        rss += int(line.split()[1])
                    elif line.startswith("Pss:"):
                        pss += int(line.split()[1])
        except OSError:
            pass
    return round(rss / 1024), round(pss / 1024)


def services():
    """The pid of the PostgreSQL server on this machine, whose work is ours too."""
    found = subprocess.run(["pgrep", "-o", "-f", "postgres.*main"], capture_output=True, text=True)
    return [int(p) for p in found.stdout.split()]


def cpu_now():
    """(busy, steal, {pid: ticks}) in ticks, to tell other people's load on this machine from ours."""
    with open("/proc/stat") as f:
        v = [int(x) for x in f.readline().split()[1:]]
    per = {}
    for p in tree([os.getpid(), *services()]):
        try:
            with open(f"/proc/{p}/stat") as f:
                x = f.read().rsplit(")", 1)[1].split()
            per[p] = int(x[11]) + int(x[12])
        except OSError:
            pass
    return sum(v[:3]) + v[5] + v[6], v[7], per


def foreign(a, b, secs):
    """Cores used by processes that are not ours, and by the hypervisor's other guests."""
    ours = sum(t - a[2].get(p, 0) for p, t in b[2].items())
    return max(0.0, (b[0] - a[0] - ours) / 100 / secs), (b[1] - a[1]) / 100 / secs


class Adapter:
    name, host, port, vhost = "", "127.0.0.1", 0, None
    has_history, has_rows_rule = True, True
    procs = ()

    def bad(self, body):           # an error inside a 200 answer
        return False

    def commands(self):            # [(argv, env, cwd)] that make the product run
        raise NotImplementedError

    def ready(self):               # Req that succeeds once the product answers from its store
        raise NotImplementedError

    def start(self):
        """Start, return seconds to the first good answer."""
        t = time.perf_counter()
        self.procs = []
        for argv, env, cwd in self.commands():
            log = open(HOME / f"{self.name}.log", "ab")
            self.procs.append(subprocess.Popen(argv, env={**os.environ, **env}, cwd=cwd, stdout=log, stderr=log,
                                               start_new_session=True))
        while time.perf_counter() - t < 120:
            try:
                c = Conn(self.host, self.port, self.vhost, timeout=10)
                code, _ = c.send(self.ready())
                c.close()
                if code < 400:
                    return time.perf_counter() - t
            except OSError:
                pass
            except EOFError:
                pass
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} did not start")

    def stop(self):
        for p in self.procs:
            if p.poll() is None:
                for q in tree([p.pid]):       # only what this adapter started
                    try:
                        os.kill(q, signal.SIGTERM)
                    except OSError:
                        pass
        for p in self.procs:
            try:
                p.wait(10)
            except subprocess.TimeoutExpired:
                p.kill()
        self.procs = []

    def call(self, req, timeout=170):
        c = Conn(self.host, self.port, self.vhost, timeout=timeout)
        code, body = c.send(req)
        c.close()
        if code >= 300:
            raise RuntimeError(f"{req.method} {req.path}: {code} {body[:400]!r}")
        return json.loads(body) if body[:1] in b'{["' and body else body

    def login(self):
        """After start: fetch tokens."""

    def sample_ids(self, n=2000, mine=False):
        raise NotImplementedError

    # workloads: each returns list[Req] for one operation
    def create(self, rec): ...
    def read(self, i): ...
    def list(self, status, rep=False): ...
    def search(self, text): ...
    def agg(self): ...
    def update(self, i, status): ...
    def page_list(self): ...
    def page_form(self, i): ...
    def bulk(self, recs): ...      # -> seconds (product's own import path)
    def add_field(self, name): ... # -> seconds
    bulk_n = 10000


def qs(**kw):
    return urllib.parse.urlencode(kw)


def J(method, path, obj=None, **headers):
    return Req(method, path, b"" if obj is None else json.dumps(obj).encode(), headers)


CELLS = ["W1", "W1c8", "W2", "W2c8", "W3", "W3c8", "W3e", "W4", "W4c8", "W5", "W7", "W7c8", "W8l", "W8f", "W11", "W11c8", "W10", "W9", "W6"]
SEARCH = [f"{b} {k:02d}" for b in B for k in range(10, 99, 7)]


def operations(ad):
    ids = ad.sample_ids()
    fresh = records(4000, 5_000_000 + int(time.time() * 10) % 1000000)
    rnd = random.Random(11)
    st = [rnd.choice(STATUS) for _ in range(997)]
    return {
        "W1": lambda k: ad.create(fresh[k % len(fresh)]),
        "W2": lambda k: ad.read(ids[k % len(ids)]),
        "W3": lambda k: ad.list(STATUS[k % 5]),
        "W3e": lambda k: ad.list_capped(STATUS[k % 5]),
        "W4": lambda k: ad.search(SEARCH[k % len(SEARCH)]),
        "W5": lambda k: ad.agg(),
        "W7": lambda k: ad.update(ids[(k * 7) % len(ids)], st[k % 997]),
        "W8l": lambda k: ad.page_list(),
        "W8f": lambda k: ad.page_form(ids[k % len(ids)]),
        "W11": lambda k: ad.list(STATUS[k % 5], rep=True),
    }


def one(ad, op, clients, secs):
    a, t = cpu_now(), time.time()
    x = run_cell(ad, op, clients, secs, 20000)
    x["foreign"], x["steal"] = foreign(a, cpu_now(), time.time() - t)
    x["quiet"] = x["foreign"] + x["steal"] < 0.35
    return x


def measure(ad, vs, cells, runs, secs, out):
    """Each cell: warm up, then `runs` rounds; with a floor `vs`, the two take turns within a round,
    so a ratio compares neighbours in time. Up to two rounds more while others load the machine;
    the quietest rounds count. Returns what was measured, by cell."""
    measured = {}
    both = [ad] + ([vs] if vs else [])
    ops = {x.name: operations(x) for x in both}
    for cell in cells:
        base, clients = (cell[:-2], 8) if cell.endswith("c8") else (cell, 1)
        if base not in ops[ad.name] or (base == "W11" and not ad.has_rows_rule) or not ops[ad.name][base](0):
            continue
        for x in both:
            run_cell(x, ops[x.name][base], clients, min(0.7, secs), 4000)
        rounds = []
        while len(rounds) < runs + 2 and sum(all(y["quiet"] for y in r) for r in rounds) < runs:
            rounds.append([one(x, ops[x.name][base], clients, secs) for x in both])
        rounds = sorted(rounds, key=lambda r: sum(y["foreign"] + y["steal"] for y in r))[:runs]
        med = lambda i, key: statistics.median(r[i][key] for r in rounds)
        rr = [r[0] for r in rounds]
        r = {"product": ad.name, "cell": cell, "rps": med(0, "rps"), "p50": med(0, "p50"), "p95": med(0, "p95"),
             "spread": [round(x["rps"], 1) for x in rr], "errors": sum(x["errors"] for x in rr),
             "err": next((x["err"] for x in rr if x["err"]), "")[:300], "at": time.strftime("%H:%M:%S"),
             "foreign": [round(x["foreign"] + x["steal"], 2) for x in rr]}
        if vs:
            r.update(floor=vs.name, floor_rps=med(1, "rps"), floor_p50=med(1, "p50"), floor_p95=med(1, "p95"),
                     floor_errors=sum(x[1]["errors"] for x in rounds),
                     ratio=statistics.median(x[0]["rps"] / x[1]["rps"] for x in rounds if x[1]["rps"]),
                     ratio_p50=statistics.median(x[0]["p50"] / x[1]["p50"] for x in rounds))
        emit(r, out)
        measured[cell] = r
    return measured


def emit(r, out):
    if "p50" in r:
        print(f"{r['product']:16} {r['cell']:6} {r['rps']:8.1f}/s p50 {r['p50']:7.2f} p95 {r['p95']:7.2f} ms err {r['errors']} {r['err'][:140]}"
              + (f" | floor {r['floor_rps']:7.1f}/s p50 {r['floor_p50']:6.2f} | x{r['ratio']:.3f} lat x{r['ratio_p50']:.1f}" if "floor" in r else "")
              + f" | {r['spread']} others {r['foreign']}", flush=True)
    else:
        print(json.dumps(r), flush=True)
    if out:
        with open(out, "a") as f:
            f.write(json.dumps(r) + "\n")
