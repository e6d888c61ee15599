"""poison_trial.py TRIAL [STORE]: real nodes, events that take long or for ever, and several lives.
The program waymark is found by PATH; STORE is the address of the log and, on PostgreSQL, of the
read models too, which have files of their own otherwise.

hangs  an event whose statement never ends: it is the one that is given up, and no other
stops  stops whose deadline passes in a handler, a second signal, a kill in a stop, a closed
       terminal: nobody is blamed
unrecorded  a folder for crash records that can't be used is named in the log, once
"""
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

STORE = sys.argv[2] if len(sys.argv) > 2 else "sqlite:log.db"
ON_SQLITE = STORE.startswith("sqlite:")
FOR_EVER = 3_000_000 if ON_SQLITE else 3_000  # thousands of rounds, or seconds


def check(condition, *what):
    if not condition:
        sys.exit(f"failed: {what}")


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


def lasting(seconds):
    """What an event says to have a statement take so long."""
    if not ON_SQLITE:
        return seconds
    began = time.monotonic()
    sqlite3.connect(":memory:").execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) "
        "SELECT count(*) FROM n").fetchall()
    return int(seconds * 3000 / (time.monotonic() - began))


def projection(name, lasts):
    """Counts what it has seen of each aggregate, which takes as long as `lasts` says."""
    waits = ("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
             f"WHERE i < 1000 * {lasts}) SELECT i FROM n)" if ON_SQLITE else f"pg_sleep({lasts})")
    made = {"tables": f"CREATE TABLE IF NOT EXISTS {name} (id TEXT PRIMARY KEY, seen BIGINT)",
            "truncate": f"DELETE FROM {name}", "batch": {"max_events": 10},
            "retry": {"attempts": 1},
            "on": {"Seen": [f"INSERT INTO {name} SELECT {{aggregate_id}}, 0 FROM "
                            f"(SELECT count(*) FROM {waits} w) c WHERE true "
                            "ON CONFLICT (id) DO NOTHING",
                            f"UPDATE {name} SET seen = seen + 1 WHERE id = {{aggregate_id}}"]}}
    if ON_SQLITE:
        made["read_model"] = name
    return made


def configure(names, lasts=None, **more):
    """An event has a field for each projection, unless it lasts as long whatever the event."""
    made = {"store": STORE, "log": {"level": "warning"}, **more,
            "projections": {name: projection(name, lasts or f"{{/{name}}}") for name in names}}
    if ON_SQLITE:
        made["read_models"] = {name: f"sqlite:{name}.db" for name in names}
    with open("waymark.json", "w") as out:
        json.dump(made, out)


def append(events):
    lines = [json.dumps({"aggregate_type": "Thing", "aggregate_id": each, "event_type": "Seen",
                         "data": data}) for each, data in events.items()]
    done = waymark("append", "--store", STORE, input="\n".join(lines))
    check(done.returncode == 0, done)


def query(name, sql):
    if ON_SQLITE:
        with sqlite3.connect(f"{name}.db", timeout=10) as db:
            try:
                return db.execute(sql).fetchall()
            except sqlite3.OperationalError:  # the node has not made that table yet
                return []
    address = re.sub("&schema=[^&]*", "", STORE)
    found = subprocess.run(["psql", "-AtX", "-F", "\t", address, "-c", sql],
                           capture_output=True, text=True)
    return [tuple(line.split("\t")) for line in found.stdout.splitlines()]


def table(name):
    """Of waymark's own."""
    if ON_SQLITE:
        return "waymark_" + name
    schema = re.search("[?&]schema=([^&]*)", STORE)
    return (schema.group(1) if schema else "waymark") + "." + name


def check_seen(name, ids):
    seen = sorted((row[0], int(row[1])) for row in query(name, f"SELECT id, seen FROM {name}"))
    check(seen == [(each, 1) for each in sorted(ids)], name, seen)


def letters():
    return json.loads(waymark("dead-letters", "list", "--json").stdout)["letters"]


def hangs():
    """The second life hangs with a marker; the innocent one's handler is under way beside it."""
    slow = lasting(1)
    events = {f"e{i}": {"aa": 0, "bb": 0} for i in range(20)}
    events["guilty"] = {"aa": FOR_EVER, "bb": 0}
    events.update({f"slow{i}": {"aa": 0, "bb": slow} for i in range(16)})
    configure(("aa", "bb"), handler_timeout="8s")
    append(events)
    lives = 0
    while True:
        lives += 1
        check(lives < 6, "too many lives")
        done = waymark("run", "--until-caught-up", timeout=120)
        if "the node ends" not in done.stderr:
            break
        check('projection "aa"' in done.stderr, done)
    check(lives == 3, lives, done)
    given_up = [(each["projection"], each["event"]["aggregate_id"]) for each in letters()]
    check(given_up == [("aa", "guilty")], letters())
    error = letters()[0]["error"]
    check(error.startswith("took the process with it after a long run, 1 time: overdue, after "),
          error)
    check_seen("aa", set(events) - {"guilty"})
    check_seen("bb", events)
    print(error)


def states():
    """Of a running node's projections, by name."""
    found = waymark("status", "--json")
    answer = json.loads(found.stdout) if found.returncode == 0 else {"running": False}
    return answer["running"] and {p["projection"]: p["state"] for p in answer["projections"]}


def open_marker():
    return query("aa", f"SELECT begun_at FROM {table('attempts')} WHERE owner IS NOT NULL")


def stop_in_handler(how, asked=None, lasts=None):
    """A node that comes to the slow event with a marker, and is stopped in it."""
    configure(("aa",), lasts=lasts, handler_timeout="10m",
              drain_deadline="1s" if how in ("deadline", "hung_up") else "10m")
    before = open_marker()
    node = start("run")
    if asked:
        wait_until(lambda: waymark("status").returncode == 0, "a node that answers")
        start(*asked)
    wait_until(lambda: (now := open_marker()) and now != before, "the slow event's marker")
    time.sleep(1.5)  # from one second on an end that is not explained would be the event's
    node.send_signal({"hung_up": signal.SIGHUP, "quit": signal.SIGQUIT}.get(how, signal.SIGTERM))
    if how in ("twice", "killed"):
        wait_until(lambda: (found := states()) and found["aa"] == "draining", "a drain")
        node.send_signal(signal.SIGTERM if how == "twice" else signal.SIGKILL)
    said = node.communicate(timeout=60)[1]
    check(node.returncode == {"twice": -15, "killed": -9, "quit": -3}.get(how, 0), how, said)
    if how in ("deadline", "hung_up"):
        check("not everything ended within 1000 ms" in said, said)


def interrupt_retry(lasts):
    """Of letters, by a command that does it without a node."""
    configure(("aa",), lasts=lasts, handler_timeout="10m", drain_deadline="1s")
    before = open_marker()
    retry = start("dead-letters", "retry", "--all", "--yes")
    wait_until(lambda: (now := open_marker()) and now != before, "the letter's marker")
    time.sleep(1.5)
    retry.send_signal(signal.SIGINT)
    said = retry.communicate(timeout=60)
    check(retry.returncode == 1, retry.returncode, said)


def stops():
    slow = lasting(10)
    configure(("aa",), handler_timeout="10m")
    append({"slow": {"aa": slow}, "last": {"aa": 0}})
    first = start("run")
    claimed = f"SELECT 1 FROM {table('checkpoints')} WHERE owner IS NOT NULL"
    wait_until(lambda: query("aa", claimed), "a claim")
    first.kill()
    first.communicate()
    for how in ("deadline", "twice", "killed", "hung_up", "quit", "deadline"):
        stop_in_handler(how)
    done = waymark("run", "--until-caught-up", timeout=120)
    check(done.returncode == 0, done)
    check(letters() == [], letters())
    check_seen("aa", ("slow", "last"))
    append({"unknown": {}})
    done = waymark("run", "--until-caught-up", timeout=60)
    check(len(letters()) == 1, done)
    for how in ("twice", "killed"):
        stop_in_handler(how, ("dead-letters", "retry", "--all", "--yes"), slow)
    interrupt_retry(slow)
    check(len(letters()) == 1 and len(letters()[0]["attempts"]) == 1, letters())
    done = waymark("dead-letters", "retry", "--all", "--yes")
    check(letters() == [], done)
    check_seen("aa", ("slow", "last", "unknown"))
    print("nobody was blamed")


def unrecorded():
    """Both projections go on event by event after the first life."""
    with open("nothing", "w"):
        os.environ["WAYMARK_STATE_DIR"] = os.path.abspath("nothing/state")
    configure(("aa", "bb"))
    append({f"e{i}": {"aa": 0, "bb": 0} for i in range(5)})
    claims = f"SELECT 1 FROM {table('checkpoints')} WHERE owner IS NOT NULL"
    first = start("run")
    wait_until(lambda: query("aa", claims) and query("bb", claims), "claims")
    first.kill()
    first.communicate()
    append({f"f{i}": {"aa": 0, "bb": 0} for i in range(5)})
    done = waymark("run", "--until-caught-up", timeout=60)
    check(done.returncode == 0, done)
    check(done.stderr.count("there is no folder for crash records") == 1, done)
    check(os.environ["WAYMARK_STATE_DIR"] in done.stderr, done)
    print(done.stderr)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ["WAYMARK_STATE_DIR"] = os.path.join(folder, "state")
    {"hangs": hangs, "stops": stops, "unrecorded": unrecorded}[sys.argv[1]]()
    os.chdir("/")
