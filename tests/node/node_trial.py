"""node_trial.py TRIAL [STORE]: real nodes in trouble. The program waymark is found by PATH; STORE
is the address of the log and of one read model (sqlite:log.db).

killed       SIGKILL at random moments; the tables are exact in the end
interrupted  SIGINT in each phase ends cleanly and loses nothing; a second one ends it at once
garbage      what is no HTTP on the socket does not hinder the node
many         a configuration of 1,000 projections
long_path    a socket whose path is too long gets a short one, for all who speak with the node
notified     the service manager is told when the node is ready and when it ends
full_disk    a read model's disk is full for a while (needs root, for a disk of its own)
"""
import collections
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

EVENTS = 5000
SEED = int(os.environ.get("WAYMARK_TEST_SEED", random.randrange(1 << 32)))
RANDOM = random.Random(SEED)
STORE = sys.argv[2] if len(sys.argv) > 2 else "sqlite:log.db"
SKIPPED = 77


def waymark(*arguments, **options):
    return subprocess.run(["waymark", *arguments], capture_output=True, text=True, **options)


def start(*arguments):
    return subprocess.Popen(["waymark", *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def wait_until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        check(time.monotonic() < deadline, "not in time:", what)
        time.sleep(0.02)
    return found


def status(*arguments, **options):
    """What a running node says of its projections by name, or None if none runs."""
    found = waymark("status", *arguments, "--json", **options)
    answer = json.loads(found.stdout) if found.returncode == 0 else {"running": False}
    return {p["name"]: p for p in answer["projections"]} if answer["running"] else None


def wait_for_node(node):
    return wait_until(lambda: node.poll() is None and status(), "a node that answers")


def query(sql, store=None):
    store = store or STORE
    if store.startswith("sqlite:"):
        return sqlite3.connect(store[len("sqlite:"):]).execute(sql).fetchall()
    address = re.sub("&schema=[^&]*", "", store)
    found = subprocess.run(["psql", "-AtX", "-F", "\t", address, "-c", sql],
                           capture_output=True, text=True, check=True)
    rows = [line.split("\t") for line in found.stdout.splitlines()]
    return [tuple(int(c) if c.isdigit() else c for c in row) for row in rows]


def check(condition, *what):
    if not condition:
        sys.exit(f"seed {SEED}: {what}")


def write_shop():
    """A log of sums by key, and projections into its own file and another one."""
    sums = ("INSERT INTO sums VALUES ({/key}, {/n}, 1) ON CONFLICT (key) "
            "DO UPDATE SET n = sums.n + excluded.n, events = sums.events + 1")
    projection = {
        "tables": "CREATE TABLE IF NOT EXISTS sums (key TEXT PRIMARY KEY, n BIGINT, events BIGINT)",
        "truncate": "DELETE FROM sums", "batch": {"max_events": 50}, "on": {"Added": sums}}
    table = "CREATE TABLE IF NOT EXISTS last (key TEXT PRIMARY KEY, p BIGINT)"
    last = dict(projection, tables=table, truncate="DELETE FROM last", shards=2, read_model="other",
                on={"Added": ["DELETE FROM last WHERE key = {aggregate_id}",
                              "INSERT INTO last VALUES ({aggregate_id}, {position})"]})
    configuration = {"store": STORE, "read_models": {"other": "sqlite:other.db"},
                     "log": {"level": "warning"}, "projections": {"sums": projection, "last": last}}
    with open("waymark.json", "w") as out:
        json.dump(configuration, out)
    expected, positions = collections.Counter(), {}
    with open("events.jsonl", "w") as out:
        for i in range(1, EVENTS + 1):
            key, n = f"k{RANDOM.randrange(40)}", RANDOM.randrange(1000)
            expected[key] += n
            positions[key] = i
            out.write(json.dumps({"aggregate_type": "Sum", "aggregate_id": key,
                                  "event_type": "Added", "data": {"key": key, "n": n}}) + "\n")
    done = waymark("append", "--store", STORE, "events.jsonl")
    check(done.returncode == 0, done)
    return expected, positions


def check_tables(expected, positions):
    done = waymark("run", "--until-caught-up", timeout=100)
    check(done.returncode == 0, done)
    rows = query("SELECT key, n, events FROM sums")
    check({key: n for key, n, events in rows} == dict(expected), "sums differ")
    check(sum(events for key, n, events in rows) == EVENTS, "events were lost or came twice")
    rows = query("SELECT key, p FROM last", "sqlite:other.db")
    check(dict(rows) == positions, "last positions differ")


def killed():
    expected = write_shop()
    kills = 0
    for _ in range(15):
        node = start("run", "--until-caught-up")
        time.sleep(RANDOM.uniform(0.02, 0.25 if STORE.startswith("sqlite:") else 0.6))
        kills += node.poll() is None
        node.kill()
        node.communicate()
    check(kills > 0, "each node was done before its end")
    check_tables(*expected)
    print(f"exact after {kills} kills")


def lock_holder():
    try:
        with open("waymark.json.sock.lock") as lock:
            return lock.read()
    except FileNotFoundError:
        return ""


def interrupted():
    expected = write_shop()
    for i in range(12):
        node = start("run")
        time.sleep(0.02 * i)
        node.send_signal(signal.SIGINT if i % 2 else signal.SIGTERM)
        out, err = node.communicate(timeout=60)
        # Until the program has taken its lock, a signal may kill it as it kills any other.
        begun = lock_holder()
        early = begun != str(node.pid)
        allowed = (0, -signal.SIGINT, -signal.SIGTERM) if early else (0,)
        check(node.returncode in allowed, i, node.returncode, out, err)
    check_tables(*expected)
    interrupt_others()
    interrupt_twice()
    print("every interrupted node ended cleanly")


def slow_configuration(name, rounds, **more):
    """A projection whose handler takes long, as long as so many rounds in SQLite."""
    slow = ("INSERT INTO slow SELECT {position}, count(*) FROM (WITH RECURSIVE c(n) AS (SELECT 1 "
            f"UNION ALL SELECT n + 1 FROM c WHERE n < {rounds}) SELECT n FROM c)")
    projection = {"tables": "CREATE TABLE IF NOT EXISTS slow (p BIGINT PRIMARY KEY, n BIGINT)",
                  "truncate": "DELETE FROM slow", "on": {"Added": slow}}
    with open(name, "w") as out:
        json.dump(dict(more, store="sqlite:log.db", log={"level": "off"},
                       projections={"slow": projection}), out)


def interrupt_others():
    """While a rebuild is waited for, while the status is watched, and before a question."""
    slow_configuration("slow.json", 5_000)
    node = start("run", "slow.json")
    wait_until(lambda: (s := status("slow.json")) and s["slow"]["passed"] == EVENTS, "the end")
    rebuild = start("rebuild", "slow.json", "slow", "--yes")
    wait_until(lambda: 0 < status("slow.json")["slow"]["passed"] < EVENTS, "a rebuild under way")
    rebuild.send_signal(signal.SIGINT)
    out, err = rebuild.communicate(timeout=60)
    check(rebuild.returncode == 1 and "goes on with its rebuild" in err, rebuild.returncode, err)
    watch = start("status", "slow.json", "--watch")
    watch.stdout.readline()
    watch.send_signal(signal.SIGINT)
    check(watch.wait(60) == 0, watch.communicate())
    question = subprocess.Popen(["waymark", "reset", "slow.json", "slow"], text=True,
                                stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    check("Empty the tables" in question.stderr.read(16), "no question")
    question.send_signal(signal.SIGINT)
    check(question.wait(60) == -signal.SIGINT, question.returncode)
    check(status("slow.json")["slow"]["passed"] > 0, "emptied without an answer")
    node.terminate()
    check(node.wait(60) == 0, node.communicate())


def interrupt_twice():
    slow_configuration("endless.json", 10 ** 15, drain_deadline="1h")
    node = start("run", "endless.json")
    wait_until(lambda: status("endless.json"), "a node that answers")
    time.sleep(0.2)
    node.send_signal(signal.SIGINT)
    wait_until(lambda: not status("endless.json"), "a node that ends")
    check(node.poll() is None, "it did not wait for the batch under way")
    node.send_signal(signal.SIGINT)
    check(node.wait(10) == -signal.SIGINT, node.returncode)


def send(data):
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect("waymark.json.sock")
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            while client.recv(65536):
                pass
        except OSError:
            pass


def garbage():
    write_shop()
    node = start("run")
    wait_for_node(node)
    check(os.stat("waymark.json.sock").st_mode & 0o777 == 0o600, "others may connect")
    for i in range(20):
        send(RANDOM.randbytes(RANDOM.randrange(1, 5000)))
    send(b"")
    send(b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n")
    send(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 10_000)
    send(b"POST /v1/projections/sums/pause HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n{")
    send(b"POST /v1/projections/sums/pause HTTP/1.1\r\nContent-Length: 3\r\n\r\n[1]")
    send(b"POST /v1/projections/no%2Fne/pause HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    send(b"DELETE /v1/projections/sums HTTP/1.1\r\n\r\n")
    idle = [socket.socket(socket.AF_UNIX) for _ in range(3)]
    for client in idle:
        client.connect("waymark.json.sock")
    found = waymark("status", "--json", timeout=60)
    check(found.returncode == 0 and json.loads(found.stdout)["running"], found)
    check(all(p["state"] == "running" for p in json.loads(found.stdout)["projections"]), found)
    node.terminate()
    out, err = node.communicate(timeout=60)
    check(node.returncode == 0 and not os.path.exists("waymark.json.sock"), node.returncode, err)
    print("the node answered all the same")


def many():
    one = {"tables": "CREATE TABLE IF NOT EXISTS seen (name TEXT PRIMARY KEY, n BIGINT)"}
    projections = {
        f"p{i}": dict(one, on={"Seen": f"INSERT INTO seen VALUES ('p{i}', 1) ON CONFLICT (name) "
                                       "DO UPDATE SET n = seen.n + 1"}) for i in range(1000)}
    with open("waymark.json", "w") as out:
        json.dump({"store": "sqlite:log.db", "log": {"level": "warning"},
                   "projections": projections}, out)
    for run in range(2):
        begun = time.monotonic()
        node = start("run")
        wait_for_node(node)
        print(f"run {run + 1}: 1,000 projections answer after {time.monotonic() - begun:.2f} s")
        node.terminate()
        check(node.wait(60) == 0, node.communicate())
    with open("e.jsonl", "w") as out:
        out.write('{"aggregate_type":"A","aggregate_id":"a","event_type":"Seen","data":{}}\n' * 3)
    check(waymark("append", "--store", "sqlite:log.db", "e.jsonl").returncode == 0)
    done = waymark("run", "--until-caught-up", timeout=100)
    check(done.returncode == 0, done)
    rows = sqlite3.connect("log.db").execute("SELECT count(*), min(n), max(n) FROM seen").fetchall()
    check(rows == [(1000, 3, 3)], rows)


def long_path():
    deep = "/".join(["a_long_name_for_a_folder"] * 5)
    os.makedirs(deep)
    os.mkdir("runtime", 0o700)
    runtime = os.path.abspath("runtime")
    with open(f"{deep}/waymark.json", "w") as out:
        json.dump({"store": "sqlite:log.db", "projections": {}}, out)
    path = os.path.abspath(f"{deep}/waymark.json")
    own = f"/tmp/waymark-{os.getuid()}"
    with_folder = dict(os.environ, XDG_RUNTIME_DIR=runtime)
    without = {k: v for k, v in os.environ.items() if k != "XDG_RUNTIME_DIR"}
    for folder, environment in ((runtime, with_folder), (own, without)):
        node = subprocess.Popen(["waymark", "run", path], env=environment,
                                stderr=subprocess.PIPE, text=True)
        wait_until(lambda: status(path, env=environment) is not None, "a node that answers")
        check(status("waymark.json", cwd=deep, env=environment) is not None, "by its short name")
        second = waymark("run", path, env=environment)
        check(f"(it answers on {folder}/waymark-" in second.stderr, second)
        check(os.stat(folder).st_mode & 0o777 == 0o700, folder, "is open to others")
        check(not os.path.exists(path + ".sock"), "a socket beside the file")
        node.terminate()
        check(node.wait(60) == 0, node.communicate())
        for name in os.listdir(folder):
            if folder == runtime or name in second.stderr.replace(".sock)", ".sock.lock)"):
                os.unlink(f"{folder}/{name}")
    print("the node answered on short names")


def notified():
    write_shop()
    # A path, and a name in the abstract namespace, which begins with a NUL and is written with @.
    for name in (os.path.abspath("notify"), f"\0waymark-test-{os.getpid()}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.settimeout(60)
            manager.bind(name)
            node = subprocess.Popen(["waymark", "run"], stderr=subprocess.PIPE,
                                    env=dict(os.environ, NOTIFY_SOCKET=name.replace("\0", "@")))
            check(manager.recv(100) == b"READY=1", "not ready")
            check(status() is not None, "ready, and does not answer")
            node.terminate()
            check(manager.recv(100) == b"STOPPING=1", "not stopping")
            check(node.wait(60) == 0, node.communicate())
    print("the service manager was told")


def full_disk():
    if os.getuid() != 0:
        print("SKIPPED: only root can make a small disk")
        sys.exit(SKIPPED)
    os.mkdir("small")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "waymark", "small"]).returncode:
        print("SKIPPED: no disk can be mounted here")
        sys.exit(SKIPPED)
    try:
        fill_disk()
    finally:
        subprocess.run(["umount", "-l", "small"], check=True)


def fill_disk():
    projection = {"read_model": "small",
                  "on": {"Added": "INSERT INTO rows VALUES ({position}, {/t})"},
                  "tables": "CREATE TABLE IF NOT EXISTS rows (p BIGINT PRIMARY KEY, t TEXT)"}
    with open("waymark.json", "w") as out:
        json.dump({"store": STORE, "read_models": {"small": "sqlite:small/rows.db"},
                   "log": {"level": "off"}, "projections": {"rows": projection}}, out)

    def append(count):
        line = json.dumps({"aggregate_type": "A", "aggregate_id": "1", "event_type": "Added",
                           "data": {"t": "x" * 200}}) + "\n"
        check(waymark("append", "--store", STORE, input=line * count).returncode == 0, "append")

    append(100)
    node = start("run")
    wait_for_node(node)
    wait_until(lambda: status()["rows"]["lag_events"] == 0, "the first events")
    with open("small/filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
    append(2000)
    stuck = wait_until(lambda: (s := status()["rows"])["state"] == "degraded" and s, "degraded")
    check("full" in stuck["reason"], stuck)
    check("full" in waymark("explain", "rows").stdout, "explain")
    check(stuck["dead_letters"] == 0 and stuck["restarts"] >= 0, stuck)
    os.unlink("small/filler")
    wait_until(lambda: status()["rows"]["lag_events"] == 0, "all events, with space again")
    check(node.poll() is None, "the node ended")
    node.terminate()
    check(node.wait(60) == 0, node.communicate())
    rows = query("SELECT count(*), max(p) FROM rows", "sqlite:small/rows.db")
    check(rows == [(2100, 2100)], rows)
    print("went on when there was space again")


TRIALS = (killed, interrupted, garbage, many, long_path, notified, full_disk)

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    {trial.__name__: trial for trial in TRIALS}[sys.argv[1]]()
    os.chdir("/")
