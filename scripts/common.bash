# What the scripts share: how they speak, and the set-up of a machine. Sourced by bash, from any
# script that has set -euo pipefail.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs
program=scripts/$(basename "$0")

# fail SENTENCE: the one clear sentence, and the end.
fail() {
  printf '%s: %s\n' "$program" "$*" >&2
  exit 1
}

# say WHAT DETAIL: one aligned line.
say() { printf '  %-10s %s\n' "$1" "$2"; }

# run_logged WHAT DETAIL LOG COMMAND...: says what runs, keeps its output in LOG, and says how long
# it took; on a terminal it shows the progress of a build. Returns what the command returns.
run_logged() {
  local what=$1 detail=$2 log=$3 start=$SECONDS status=0 pid step
  shift 3
  mkdir -p "$(dirname "$log")"
  printf '  %-10s %s ' "$what" "$detail"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  trap "kill $pid 2>/dev/null; exit 130" INT TERM # a background job ignores Ctrl-C
  if [[ -t 1 ]]; then
    while kill -0 $pid 2>/dev/null; do
      step=$(tail -n 1 "$log" 2>/dev/null | grep -o '^\[[0-9]*/[0-9]*\]' || true)
      printf '\r  %-10s %s %s ' "$what" "$detail" "$step"
      sleep 0.2
    done
    printf '\r\033[K  %-10s %s ' "$what" "$detail"
  fi
  wait $pid || status=$?
  trap - INT TERM
  if ((status == 0)); then
    printf '(%d s)\n' $((SECONDS - start))
  else
    printf 'failed\n'
  fi
  return $status
}

# show_log LOG: the part of a log that says what went wrong.
show_log() {
  local lines
  lines=$(grep -E -A 4 '(error|^E): |CMake Error|FAILED: ' "$1" |
    grep -v -e '^\[' -e ' -o [^ ]*\.o -c ' | head -n 40 || true)
  [[ -n $lines ]] || lines=$(tail -n 20 "$1")
  printf '%s\n' "$lines" | sed 's/^/    | /' >&2
}

# packages SECTION: the names that scripts/packages lists there.
packages() {
  awk -v section="[$1]" '
    { sub(/#.*/, "") }
    /^\[/ { here = ($1 == section); next }
    here && NF { print $1 }' "$root/scripts/packages"
}

# as_root COMMAND...: runs it as root, by sudo if need be.
as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

# apt_get ARGUMENT...: without questions, and patient with a busy dpkg.
apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"
}

# install_packages SECTION: installs what is missing of a section, and asks apt only then.
install_packages() {
  local wanted missing log=$logs/apt-install.log release
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    fail "this set-up needs Debian 12 or 13 (there is no apt-get here);" \
      "install what scripts/packages lists by hand and use the CMake presets."
  fi
  release=$(. /etc/os-release && echo "$ID ${VERSION_ID-}")
  if [[ $release == "debian "[0-9]* ]] && ((${release#debian } < 12)); then
    fail "this is ${release^}, and waymark needs Debian 12 or newer."
  fi
  mapfile -t wanted < <(packages "$1")
  mapfile -t missing < <(
    { dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true; } |
      awk -v wanted="${wanted[*]}" '
        $1 == "installed" { present[$2] = 1 }
        END {
          n = split(wanted, names, " ")
          for (i = 1; i <= n; i++) if (!(names[i] in present)) print names[i]
        }')
  if ((${#missing[@]} == 0)); then
    say packages "nothing to install"
    return
  fi
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null ||
      fail "only root or a user with sudo can install the missing packages: ${missing[*]}."
    if ! sudo -n true 2>/dev/null; then
      [[ -t 0 ]] && sudo -v ||
        fail "sudo refuses to install the missing packages: ${missing[*]}."
    fi
  fi
  run_logged packages "apt-get update" "$logs/apt-update.log" apt_get update ||
    say packages "not all package lists could be fetched; trying with those at hand"
  if ! run_logged packages "install ${missing[*]}" "$log" \
    apt_get install --no-install-recommends "${missing[@]}"; then
    show_log "$log"
    fail "apt-get could not install the packages; its whole output is in ${log#"$root"/}."
  fi
}

# build_jobs: as many as there are cores, but not more than memory allows (1.5 GB each).
build_jobs() {
  local cores memory_kb limit
  cores=$(nproc)
  memory_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [[ $limit != max ]] && ((limit / 1024 < memory_kb)); then
    memory_kb=$((limit / 1024))
  fi
  limit=$((memory_kb / 1500000))
  ((limit >= 1)) || limit=1
  echo $((cores < limit ? cores : limit))
}

# build PRESET [TARGET...]: configures a preset and builds all of it, or the targets.
build() {
  local preset=$1 count log
  shift
  log=$logs/$preset-configure.log
  if ! run_logged configure "preset $preset, in build/$preset" "$log" \
    cmake -S "$root" --preset "$preset"; then
    show_log "$log"
    fail "CMake could not configure the preset $preset; its whole output is in ${log#"$root"/}."
  fi
  count=$(build_jobs)
  log=$logs/$preset-build.log
  if ! run_logged build "${*:-everything}, $count at a time" "$log" \
    cmake --build "$root/build/$preset" --parallel "$count" ${1:+--target "$@"}; then
    show_log "$log"
    fail "the build failed; its whole output is in ${log#"$root"/}."
  fi
}
