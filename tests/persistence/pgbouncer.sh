# pgbouncer.sh start|stop FOLDER SERVER_FOLDER: a pooler in transaction mode before the tests'
# server, on a unix socket in FOLDER. It ends with the process that started it.
set -eu
folder=$2

fail() {
  echo "pgbouncer.sh: $*" >&2
  exit 1
}

# Only what reads our own file is ended: a pid may be another program's by now.
is_ours() {
  tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep -qF "$folder/pgbouncer.ini"
}

# At once, clients or not: since 1.23 SIGTERM waits for them, and 1.18 has nothing of its own for
# SIGQUIT and just ends, with its files left behind.
end_it() {
  pid=$(cat "$folder/pid" 2>/dev/null) || return 0
  if is_ours "$pid"; then kill -QUIT "$pid" 2>/dev/null || true; fi
  while is_ours "$pid"; do sleep 0.05; done
  rm -f "$folder/pid" "$folder/.s.PGSQL.6432"
}

case $1 in
start)
  program=$(command -v pgbouncer || ls /usr/sbin/pgbouncer 2>/dev/null) ||
    fail "there is no pgbouncer here; install the package pgbouncer"
  mkdir -p "$folder"
  echo '"waymark" ""' >"$folder/users"
  cat >"$folder/pgbouncer.ini" <<END
[databases]
postgres = host=$3 port=5432 user=waymark dbname=postgres
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $folder
auth_type = trust
auth_file = $folder/users
pool_mode = transaction
default_pool_size = 20
max_client_conn = 200
pidfile = $folder/pid
logfile = $folder/log
END
  set -- # pgbouncer refuses to run as root
  if [ "$(id -u)" = 0 ]; then
    owner=postgres
    id "$owner" >/dev/null 2>&1 || owner=nobody
    chmod 711 "$(dirname "$folder")"
    chown -R "$owner" "$folder"
    set -- setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups
  fi
  cd /
  "$@" "$program" -d -q "$folder/pgbouncer.ini" >/dev/null 2>&1 </dev/null ||
    fail "it did not start: $(cat "$folder/log" 2>/dev/null)"
  tries=0
  until [ -S "$folder/.s.PGSQL.6432" ]; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || fail "it does not listen: $(cat "$folder/log")"
    sleep 0.05
  done
  # PPID is the test.
  (
    while kill -0 "$PPID" 2>/dev/null; do sleep 1; done
    end_it
  ) >/dev/null 2>&1 </dev/null &
  ;;
stop) end_it ;;
*) fail "usage: pgbouncer.sh start FOLDER SERVER_FOLDER | stop FOLDER" ;;
esac
