"""node_trial.py TRIAL [STORE]: real nodes in trouble. The program waymark is found by PATH; STORE
is the address of the log and of one read model (sqlite:log.db).

killed       SIGKILL at random moments; the tables are exact in the end
interrupted  SIGINT in each phase ends cleanly and loses nothing; a second one ends it at once
interrupted_request  slow requests under way hold up neither others nor the end
garbage      what is no HTTP on the socket does not hinder the node
many         a configuration of 1,000 projections
long_path    a socket whose path is too long gets a short one, for all who speak with the node
minute       10,000 lines a second for a minute, projected while they come
long_line    a line of 100 MB is refused by its number, and costs no memory
stopped      who asks a node that hangs is told so soon
forbidden    another user is told why it can't speak with the node (needs root)
notified     the service manager is told when the node is ready, that it lives, and when it ends
documented   the members of each JSON document are those that docs/node.md names
unread       nobody reads the log of a node: it goes on, and says later what it left out
terminal     progress, colours and redrawing on a terminal, and nothing of it elsewhere
full_disk    a read model's disk is full for a while (needs root, for a disk of its own)
"""
import collections
import fcntl
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

EVENTS = 5000
SEED = int(os.environ.get("WAYMARK_TEST_SEED", random.randrange(1 << 32)))
RANDOM = random.Random(SEED)
STORE = sys.argv[2] if len(sys.argv) > 2 else "sqlite:log.db"
SKIPPED = 77
SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../.."))


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
    return {p["projection"]: p for p in answer["projections"]} if answer["running"] else None


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
    kills = halfway = 0
    done = False
    for i in range(60):
        if i >= 15 and (halfway >= 3 or done):
            break
        node = start("run", "--until-caught-up")
        longest = 0.25 if STORE.startswith("sqlite:") else 0.6
        time.sleep(RANDOM.uniform(0.02, min(longest if halfway else 2.0, 0.04 * (i + 1))))
        kills += node.poll() is None
        node.kill()
        node.communicate()
        left = json.loads(waymark("status", "--json").stdout or '{"projections": []}')
        positions = [p["position"] or 0 for p in left["projections"]]
        halfway += any(0 < at < EVENTS for at in positions)
        done = positions != [] and min(positions) == EVENTS
    check(halfway > 0, "none was killed between its first commit and its last")
    check_tables(*expected)
    print(f"exact after {kills} kills, {halfway} of them on the way")


def lock_holder():
    try:
        with open("waymark.json.sock.lock") as lock:
            return lock.readline().strip()
    except FileNotFoundError:
        return ""


def interrupted():
    expected = write_shop()
    heard = 0
    for i in range(40):
        if i >= 12 and heard >= 3:
            break
        node = start("run")
        time.sleep(0.02 * i)
        node.send_signal(signal.SIGINT if i % 2 else signal.SIGTERM)
        out, err = node.communicate(timeout=60)
        # Until the program has taken its lock, a signal may kill it as it kills any other.
        begun = lock_holder()
        early = begun != str(node.pid)
        heard += not early
        allowed = (0, -signal.SIGINT, -signal.SIGTERM) if early else (0,)
        check(node.returncode in allowed, i, node.returncode, out, err)
    check(heard > 0, "every signal came too early to be heard")
    check_tables(*expected)
    interrupt_others()
    interrupt_connecting()
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
    wait_until(lambda: (s := status("slow.json")) and s["slow"]["passed"] == EVENTS, "the end", 200)
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


def interrupt_connecting():
    """Who waits for a server that is silent is ended at once."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent.settimeout(60)
        with open("silent.json", "w") as out:
            address = f"postgresql://127.0.0.1:{silent.getsockname()[1]}/x"
            json.dump({"store": address, "projections": {}}, out)
        for command in ("run", "check"):
            waiting = start(command, "silent.json")
            with silent.accept()[0]:
                waiting.send_signal(signal.SIGINT)
                check(waiting.wait(60) == -signal.SIGINT, command, waiting.returncode)


def interrupt_twice():
    """The second one may be of the other kind."""
    slow_configuration("endless.json", 10 ** 15, drain_deadline="1h")
    for first, second in ((signal.SIGINT, signal.SIGINT), (signal.SIGINT, signal.SIGTERM),
                          (signal.SIGTERM, signal.SIGINT)):
        node = start("run", "endless.json")
        wait_until(lambda: (found := status("endless.json")) and
                   (found["slow"]["evidence"]["work"] or {}).get("stage") == "handling", "a batch")
        node.send_signal(first)
        wait_until(lambda: status("endless.json")["slow"]["state"] == "draining", "a drain")
        check(node.poll() is None, "it did not wait for the batch under way")
        node.send_signal(second)
        check(node.wait(60) == -second, node.returncode)


def interrupted_request():
    """Requests under way hold up neither others nor the end, even if they never came back."""
    slow_configuration("waymark.json", f"CASE WHEN {{position}} = 1 THEN 1 ELSE {10 ** 15} END",
                       drain_deadline="2s", handler_timeout="10m")
    with open("waymark.json") as given:
        settings = json.load(given)
    settings["projections"]["slow"].update(
        on={"Added": "INSERT INTO slow VALUES ({/absent}, 1)"},
        retry={"attempts": 1, "give_ups_in_a_row": 1_000_000}, on_give_up="skip_event")
    with open("failing.json", "w") as out:
        json.dump(settings, out)
    line = '{"aggregate_type":"A","aggregate_id":"%d","event_type":"Added","data":{}}\n'
    lines = "".join(line % i for i in range(60))
    check(waymark("append", "--store", "sqlite:log.db", input=lines).returncode == 0)
    done = waymark("run", "failing.json", "--until-caught-up")
    check("60 events given up" in done.stderr, done)
    node = start("run")
    wait_for_node(node)
    retry = start("dead-letters", "retry", "--type", "Added", "--yes")
    wait_until(lambda: status()["slow"]["dead_letters"] < 60, "a retry under way")
    more = [start("dead-letters", "retry", "--type", "Added", "--yes") for _ in range(9)]
    wait_until(lambda: sum(each.poll() is not None for each in more) >= 6, "what is too much")
    check(status()["slow"]["dead_letters"] == 59, "no answer while four retries are under way")
    node.terminate()
    node.wait(25)
    refused = 0
    for each in [retry, *more]:
        out, err = each.communicate(timeout=60)
        check(each.returncode != 0, each.returncode, out, err)
        refused += "4 retries or discards are under way already" in err
    check(refused == 6, "refused:", refused)
    check(query("SELECT count(*) FROM slow") == [(1,)], "more were retried")
    print(err.strip())


def send(data, end=True):
    """What is answered; with `end` nothing more comes from here, and that is told."""
    answer = b""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect("waymark.json.sock")
        try:
            client.sendall(data)
            if end:
                client.shutdown(socket.SHUT_WR)
            while part := client.recv(65536):
                answer += part
        except OSError:
            pass
    return answer


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
    answer = send(b"POST /v1/projections/sums/pause HTTP/1.1\r\n\r\n", end=False)
    check(b" 411 " in answer and b"Content-Length: 0" in answer, answer)
    long = b"POST /v1/projections/sums/pause HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n"
    answer = send(long + b" " * 2_000_000, end=False)
    check(b"more than 1 MiB" in answer, answer)
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
    done = waymark("run", "--until-caught-up", timeout=200)
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
    lock = path + ".sock.lock"
    with_folder = dict(os.environ, XDG_RUNTIME_DIR=runtime)
    without = {k: v for k, v in os.environ.items() if k != "XDG_RUNTIME_DIR"}
    for folder, environment in ((runtime, with_folder), (own, without)):
        node = subprocess.Popen(["waymark", "run", path], env=environment,
                                stderr=subprocess.PIPE, text=True)
        wait_until(lambda: status(path, env=environment) is not None, "a node that answers")
        check(status("waymark.json", cwd=deep, env=environment) is not None, "by its short name")
        for asking in (with_folder, without):
            check(status(path, env=asking) is not None, "found by who has another environment")
            second = waymark("run", path, env=asking)
            check(second.returncode == 1 and f"process {node.pid} runs" in second.stderr, second)
        second = waymark("run", path, env=environment)
        check(f"(it answers on {folder}/waymark-" in second.stderr, second)
        check(os.stat(folder).st_mode & 0o777 == 0o700, folder, "is open to others")
        check(not os.path.exists(path + ".sock"), "a socket beside the file")
        node.terminate()
        check(node.wait(60) == 0, node.communicate())
        check(os.path.exists(lock), "the lock is not beside the file")
    print("the node answered on short names")


def peak_kib(pid):
    with open(f"/proc/{pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def minute():
    rate, seconds, kinds, part = 10_000, 60, 3, 500
    count = rate * seconds
    add = ("INSERT INTO kinds VALUES ({/kind}, 1, {/value}) ON CONFLICT (kind) "
           "DO UPDATE SET n = kinds.n + 1, sum = kinds.sum + excluded.sum")
    table = "CREATE TABLE IF NOT EXISTS kinds (kind BIGINT PRIMARY KEY, n BIGINT, sum BIGINT)"
    with open("waymark.json", "w") as out:
        json.dump({"store": STORE, "log": {"level": "off"},
                   "projections": {"kinds": {"tables": table, "on": {"Measured": add}}}}, out)
    node = start("run")
    wait_for_node(node)
    lags, fed = [], threading.Event()

    def watch():
        while not fed.wait(1):
            lags.append(status()["kinds"]["lag_events"] or 0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.monotonic()
    appending = subprocess.Popen(["waymark", "append", "--store", STORE], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for first in range(1, count, part):
        time.sleep(max(0, begun + (first - 1) / rate - time.monotonic()))
        appending.stdin.write("".join(
            f'{{"aggregate_type":"Sensor","aggregate_id":"{n % 997}","event_type":"Measured",'
            f'"data":{{"kind":{n % kinds},"value":{n}}}}}\n' for n in range(first, first + part)))
    out, err = appending.communicate(timeout=200)
    took = time.monotonic() - begun
    fed.set()
    watcher.join()
    check(appending.returncode == 0, appending.returncode, out, err)
    check(out == f"{count:,} events appended, positions 1 to {count:,}\n", out)
    memory = peak_kib(node.pid) / 1024
    print(f"{count:,} lines in {took:.1f} s; the lag was at most {max(lags):,} events, "
          f"the node's memory {memory:.0f} MiB")
    check(memory < 200, "what waits for the projection fills the memory")
    wait_until(lambda: status()["kinds"]["lag_events"] == 0, "the last events", 240)
    node.terminate()
    check(node.wait(60) == 0, node.communicate())
    rows = query("SELECT kind, n, sum FROM kinds ORDER BY kind")
    sums = [sum(range(kind or kinds, count + 1, kinds)) for kind in range(kinds)]
    check(rows == [(kind, count // kinds, sums[kind]) for kind in range(kinds)], rows)


def long_line():
    line = ('{"aggregate_type":"A","aggregate_id":"a","event_type":"E","event_id":'
            '"0192f3a0-0000-7000-8000-00000000000%d","data":{}}\n')
    with open("lines", "w") as out:
        out.write(line % 1 + '{"data":"')
        for _ in range(100):
            out.write("x" * 1_000_000)
        out.write('"}\n' + line % 2 + line % 3)
    problem = "waymark: line 2: the line is too long: an event's data has at most 16777216 bytes\n"

    def append(*more):
        with open("out", "w") as out, open("err", "w") as err:
            child = subprocess.Popen(["waymark", "append", "--store", STORE, "lines", *more],
                                     stdout=out, stderr=err)
        _, code, used = os.wait4(child.pid, 0)
        check(used.ru_maxrss < 64 * 1024, "it took", used.ru_maxrss, "KiB of memory")
        return os.waitstatus_to_exitcode(code), open("out").read(), open("err").read()

    stopped = "waymark: stopped at a bad line; --on-error skip goes on\n"
    found = append()
    check(found == (1, "1 event appended, position 1; 1 bad line\n", problem + stopped), found)
    found = append("--on-error", "skip")
    check(found == (0, "2 events appended, positions 2 to 3; 1 was there already; 1 bad line\n",
                    problem), found)


def show_life(manager, name):
    """The manager gets a sign of life twice in each interval, and none from a node that hangs."""
    node = subprocess.Popen(["waymark", "run"], stderr=subprocess.PIPE,
                            env=dict(os.environ, NOTIFY_SOCKET=name, WATCHDOG_USEC="1000000"))
    check(manager.recv(100) == b"READY=1", "not ready")
    begun = time.monotonic()
    for _ in range(5):
        check(manager.recv(100) == b"WATCHDOG=1", "no sign of life")
    took = time.monotonic() - begun
    check(1.5 < took, "signs of life came too often", took)
    node.terminate()
    while (said := manager.recv(100)) == b"WATCHDOG=1":
        pass
    check(said == b"STOPPING=1", said)
    check(node.wait(60) == 0, node.communicate())
    other = subprocess.Popen(["waymark", "run"], stderr=subprocess.PIPE, env=dict(
        os.environ, NOTIFY_SOCKET=name, WATCHDOG_USEC="1000", WATCHDOG_PID="1"))
    check(manager.recv(100) == b"READY=1", "not ready")
    wait_for_node(other)
    other.terminate()
    check(manager.recv(100) == b"STOPPING=1", "a sign of life that another process was to give")
    check(other.wait(60) == 0, other.communicate())


def stopped():
    """A node that takes connections, and says nothing."""
    write_shop()
    node = start("run")
    wait_for_node(node)
    node.send_signal(signal.SIGSTOP)
    for command in ("status", "tree", "explain sums"):
        found = waymark(*command.split(), timeout=60)
        check(found.returncode == 3 and "does not answer" in found.stderr, found)
    node.send_signal(signal.SIGCONT)
    check(status() is not None, "it does not go on")
    node.terminate()
    check(node.wait(60) == 0, node.communicate())


def forbidden():
    """Another user's node, and folders that are not one's own."""
    if os.getuid() != 0:
        print("SKIPPED: only root can be another user for a while")
        sys.exit(SKIPPED)
    write_shop()
    os.chmod(".", 0o755)
    node = start("run")
    wait_for_node(node)
    program = shutil.which("waymark")

    def as_nobody(*arguments):
        return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60,
                              user=65534, group=65534, extra_groups=[])

    if as_nobody("--version").returncode != 0:
        print("SKIPPED: other users can't run the program here")
        sys.exit(SKIPPED)
    for command in ("status", "tree", "explain sums", "pause sums"):
        found = as_nobody(*command.split())
        check(found.returncode == 3, command, found)
        check("can't speak with the node on" in found.stderr and
              "Permission denied" in found.stderr, command, found)
    found = as_nobody("run")
    check(found.returncode == 2 and "Permission denied; user 0 has run" in found.stderr, found)
    check(status() is not None and node.poll() is None, "the node has suffered")
    node.terminate()
    check(node.wait(60) == 0, node.communicate())
    os.unlink("waymark.json.sock.lock")
    found = as_nobody("run")
    check(found.returncode == 2 and 'give the configuration a "socket"' in found.stderr, found)


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
            show_life(manager, name.replace("\0", "@"))
    print("the service manager was told")


def documented():
    write_shop()
    with open(os.path.join(SOURCE, "docs/node.md")) as page:
        page = " ".join(page.read().split())

    def named(before, behind):
        begin = page.index(before) + len(before)
        text = re.sub(r"\([^)]*\)", "", page[begin:page.index(behind, begin)])
        return set(re.findall("`([a-z_]+)`", text))

    def compare(what, found, names):
        check(set(found) == names, what, "not named:", set(found) - names, "not there:",
              names - set(found))

    node = start("run")
    wait_for_node(node)
    state = json.loads(waymark("status", "--json").stdout)
    check(set(state) == {"projections", "running"}, state)
    compare("a status", state["projections"][0], named("A status has ", "; what is not known"))
    root = json.loads(waymark("tree", "--json").stdout)
    parts = [p for p in root["children"]] + [root]
    compare("the tree", {k for p in parts for k in p}, named("`GET /v1/tree` |", "|"))
    records = json.loads(waymark("checkpoint", "show", "--json").stdout)["checkpoints"]
    compare("a record", records[0], named("With `--json` a record has", "."))
    node.terminate()
    check(node.wait(60) == 0, node.communicate())
    print("every member is documented")


def unread():
    write_shop()
    with open("waymark.json") as file:
        configuration = dict(json.load(file), log={"level": "info"})
    with open("waymark.json", "w") as out:
        json.dump(configuration, out)
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 8192)
    node = subprocess.Popen(["waymark", "run"], stderr=writing)
    os.close(writing)
    wait_for_node(node)
    for round in range(30):
        for command in (["pause", "sums", "--why", "w" * 200], ["resume", "sums"]):
            done = waymark(*command, timeout=60)
            check(done.returncode == 0, round, done)
    wait_until(lambda: status()["sums"]["passed"] == EVENTS, "the end")
    os.set_blocking(reading, False)
    read = os.read(reading, 1 << 20)
    done = waymark("pause", "sums", "--why", "heard")
    check(done.returncode == 0, done)
    node.terminate()
    check(node.wait(60) == 0, "it did not end")
    lines = (read + os.read(reading, 1 << 20)).decode().splitlines()
    os.close(reading)
    check(any(" left_out log: " in line for line in lines), lines)
    check(any("heard" in line for line in lines), lines)


def on_terminal(*arguments, until=None, **environment):
    """What a terminal gets of a command, which is interrupted once it has shown `until`."""
    ours, theirs = pty.openpty()
    plain = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    running = subprocess.Popen(["waymark", *arguments], stdin=theirs, stdout=theirs, stderr=theirs,
                               env={**plain, "TERM": "xterm", **environment})
    os.close(theirs)
    shown, deadline, interrupted = b"", time.monotonic() + 100, False
    while True:
        check(time.monotonic() < deadline, arguments, "does not end", shown)
        if not select.select([ours], [], [], 1)[0]:
            continue
        try:
            some = os.read(ours, 65536)
        except OSError:  # All others have closed it.
            some = b""
        if not some:
            break
        shown += some
        if until and not interrupted and re.search(until, shown):
            interrupted = True
            running.send_signal(signal.SIGINT)
    os.close(ours)
    check(running.wait(60) == 0, arguments, running.returncode, shown)
    return shown


def terminal():
    write_shop()
    shown = on_terminal("append", "--store", "sqlite:other_log.db", "events.jsonl")
    check(re.search(rb"\r\x1b\[K[\d,]+ lines, [\d,]+ events/s, \d+ %", shown), shown)
    check(re.search(rb"\r\x1b\[K5,000 events appended", shown), "progress stays", shown)
    shown = on_terminal("run", "--until-caught-up")
    check(re.search(rb"\r\x1b\[Kprojecting: [\d,]+ of 5,000 events, \d projections? on", shown),
          shown)
    check(re.search(rb"\r\x1b\[K2 projections caught up", shown), "progress stays", shown)
    node = start("run")
    wait_for_node(node)
    shown = on_terminal("rebuild", "sums", "--yes")
    check(re.search(rb"\r\x1b\[Ksums: [\d,]+ of 5,000 events", shown), shown)
    wait_until(lambda: all(p["lag_events"] == 0 for p in status().values()), "all projected")
    green = b"\x1b[32mrunning\x1b[0m"
    check(green in on_terminal("status") and green in on_terminal("tree"), "no colours")
    for plain in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        shown = on_terminal("status", **plain) + on_terminal("tree", **plain)
        check(b"running" in shown and b"\x1b" not in shown, plain, shown)
    shown = on_terminal("status", "--watch", until=rb"(?s)sums.*\x1b\[H\x1b\[J.*sums")
    check(shown.count(b"\x1b[H\x1b[J") >= 2, shown)
    for arguments in (("append", "--store", "sqlite:third.db", "events.jsonl"), ("status",),
                      ("tree",), ("rebuild", "sums", "--yes")):
        done = waymark(*arguments, env={k: v for k, v in os.environ.items() if k != "NO_COLOR"})
        check(done.returncode == 0 and not re.search("[\r\x1b]", done.stdout + done.stderr), done)
    line = json.dumps({"aggregate_type": "Sum", "aggregate_id": "x\x9b2J", "event_type": "Other",
                       "data": {}}, ensure_ascii=False)
    check(waymark("append", "--store", STORE, input=line).returncode == 0, line)
    shown = on_terminal("events", "--store", STORE, "--type", "Other")
    check(b"x\\u009b2J" in shown, "an event gives orders", shown)
    check("x\x9b2J" in waymark("events", "--store", STORE, "--type", "Other").stdout, "changed")
    node.terminate()
    out, err = node.communicate(timeout=60)
    check(node.returncode == 0 and not re.search("[\r\x1b]", out + err), node.returncode, err)
    print("a terminal sees more than a file")


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
    check(stuck["dead_letters"] == 0, stuck)
    os.unlink("small/filler")
    wait_until(lambda: status()["rows"]["lag_events"] == 0, "all events, with space again")
    check(node.poll() is None, "the node ended")
    node.terminate()
    check(node.wait(60) == 0, node.communicate())
    rows = query("SELECT count(*), max(p) FROM rows", "sqlite:small/rows.db")
    check(rows == [(2100, 2100)], rows)
    print("went on when there was space again")


TRIALS = (killed, interrupted, interrupted_request, garbage, many, long_path, minute, long_line,
          stopped, forbidden, notified, documented, unread, terminal, full_disk)

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    {trial.__name__: trial for trial in TRIALS}[sys.argv[1]]()
    os.chdir("/")
