# postgres_server.sh start|stop FILE [PORT]: a private PostgreSQL server for the tests, in a new
# folder and on a unix socket there alone. `start` writes into FILE what the tests need to know of
# it, `stop` ends it and takes the folder away. It also ends by itself when whoever started it is
# gone. With PORT, for measuring, it is as installed: on that port of the loopback, with settings at
# their defaults.
# WAYMARK_TEST_POSTGRES_SETTINGS: more lines for its postgresql.conf.
# WAYMARK_TEST_POSTGRES_FULL_DISK: what full_disk.cpp was built into; tests of a server of their own
# can then fill its disk.
set -eu
file=$2
port=${3-}

fail() {
  echo "postgres_server.sh: $*" >&2
  exit 1
}

# PostgreSQL refuses to run as root.
as_owner() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups env HOME=/tmp "$@"
  else
    "$@"
  fi
}

# stop_folder FOLDER: ends the server that stands there.
stop_folder() {
  case $1 in
  /*/waymark-postgres-*) ;;
  *) return 0 ;;
  esac
  [ -d "$1" ] || return 0
  owner=$(stat -c %U "$1")
  as_owner "$(cat "$1/bin")/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$1"
}

stop_server() {
  [ -e "$file" ] || return 0
  stop_folder "$(sed -n 's/^folder=//p' "$file")"
  rm -f "$file"
}

start_server() {
  owner=$(id -un)
  if [ "$owner" = root ]; then
    owner=postgres
    id "$owner" >/dev/null 2>&1 || owner=nobody
  fi
  bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb || echo /nowhere/initdb)")
  [ -x "$bin/initdb" ] || fail "there is no PostgreSQL server here; install the package postgresql"
  folder=$(mktemp -d "${TMPDIR:-/tmp}/waymark-postgres-XXXXXX")
  echo "$bin" >"$folder/bin"
  [ "$(id -u)" != 0 ] || chown -R "$owner" "$folder"
  cd "$folder"
  as_owner "$bin/initdb" -D "$folder/data" -U waymark -A trust -E UTF8 --locale=C.UTF-8 \
    --no-sync >"$folder/initdb.log" 2>&1 || fail "initdb failed: $(cat "$folder/initdb.log")"
  if [ -n "$port" ]; then
    cat >>"$folder/data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = $port
END
    address="postgresql://waymark@127.0.0.1:$port/postgres?sslmode=prefer"
  else
    # The tests kill the server, never the machine: it need not wait for the disk.
    cat >>"$folder/data/postgresql.conf" <<END
listen_addresses = ''
unix_socket_directories = '$folder'
port = 5432
fsync = off
max_connections = 200
END
    printf '%s\n' "${WAYMARK_TEST_POSTGRES_SETTINGS-}" >>"$folder/data/postgresql.conf"
    address="postgresql:///postgres?host=$folder&user=waymark"
  fi
  set --
  full_disk=${WAYMARK_TEST_POSTGRES_FULL_DISK-}
  if [ -n "${WAYMARK_TEST_POSTGRES_SETTINGS+set}" ] && [ -e "$full_disk" ]; then
    cp "$full_disk" "$folder/full_disk.so"
    set -- env LD_PRELOAD="$folder/full_disk.so" WAYMARK_FULL_DISK="$folder/full"
  fi
  as_owner "$@" "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -t 60 start \
    >/dev/null 2>&1 </dev/null || fail "no server came up: $(cat "$folder/data/server.log")"
  {
    echo "address=$address"
    echo "folder=$folder"
    echo "owner=$owner"
    echo "pg_ctl=$bin/pg_ctl"
  } >"$file.new"
  mv "$file.new" "$file"
  # PPID is ctest.
  (
    while kill -0 "$PPID" 2>/dev/null && [ -d "$folder" ]; do sleep 2; done
    stop_folder "$folder" # FILE may be gone, or another server's
  ) >/dev/null 2>&1 </dev/null &
}

case $1 in
start)
  stop_server
  start_server
  ;;
stop) stop_server ;;
*) fail "usage: postgres_server.sh start|stop FILE [PORT]" ;;
esac
