"""node_trial.py TRIAL: real nodes in trouble. The program waymark is found by PATH.

killed       SIGKILL at random moments; the tables are exact in the end
interrupted  SIGINT in each phase ends cleanly and loses nothing
garbage      what is no HTTP on the socket does not hinder the node
many         a configuration of 1,000 projections
"""
import collections
import json
import os
import random
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


def waymark(*arguments, **options):
    return subprocess.run(["waymark", *arguments], capture_output=True, text=True, **options)


def start(*arguments):
    return subprocess.Popen(["waymark", *arguments], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def wait_for_node(node):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and node.poll() is None:
        found = waymark("status", "--json")
        if found.returncode == 0 and json.loads(found.stdout)["running"]:
            return
    sys.exit(f"no node answers: {node.communicate()}")


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
    configuration = {"store": "sqlite:log.db", "read_models": {"other": "sqlite:other.db"},
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
    done = waymark("append", "--store", "sqlite:log.db", "events.jsonl")
    check(done.returncode == 0, done)
    return expected, positions


def check_tables(expected, positions):
    done = waymark("run", "--until-caught-up", timeout=100)
    check(done.returncode == 0, done)
    rows = sqlite3.connect("log.db").execute("SELECT key, n, events FROM sums").fetchall()
    check({key: n for key, n, events in rows} == dict(expected), "sums differ")
    check(sum(events for key, n, events in rows) == EVENTS, "events were lost or came twice")
    rows = sqlite3.connect("other.db").execute("SELECT key, p FROM last").fetchall()
    check(dict(rows) == positions, "last positions differ")


def killed():
    expected = write_shop()
    kills = 0
    for _ in range(15):
        node = start("run", "--until-caught-up")
        time.sleep(RANDOM.uniform(0.02, 0.25))
        kills += node.poll() is None
        node.kill()
        node.communicate()
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
    print("every interrupted node ended cleanly")


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


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    {"killed": killed, "interrupted": interrupted, "garbage": garbage, "many": many}[sys.argv[1]]()
    os.chdir("/")
