#!/bin/bash
# run.bash TRANSCRIPT STORE: does what a transcript shows, and fails unless the same happens.
#
# A transcript is what a terminal showed. A line with "$ " is a command (lines with "> " behind it
# belong to it), run by bash in an empty folder, which holds what earlier commands left there; what
# it printed, errors too, stands behind it, and "[N]" if its exit status N is not 0. Other lines
# before the first command are a comment. STORE is the address that $STORE stands for, and $SOURCE
# is the project's folder. When an event was recorded reads <now>, and the address of a store in
# JSON <store>.
#
# Every program is found by PATH; the caller puts the one to test there.
set -uo pipefail
command -v waymark >/dev/null || { echo "waymark is not built" && exit 1; }
transcript=$(realpath "$1")
export STORE=$2
SOURCE=$(realpath "$(dirname "$0")/../../..")
export SOURCE
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/work"
cd "$folder/work"
export HOME=$folder NO_COLOR=1 LC_ALL=C.UTF-8 TZ=UTC

stable() {
  sed -E -e 's/("recorded_at":)"[^"]*"/\1"<now>"/g' -e 's/"store":"[^"]*"/"store":"<store>"/g'
}

command=
finish() {
  [[ -n $command ]] || return 0
  bash -c "$command" >"$folder/out" 2>&1 </dev/null
  local status=$?
  stable <"$folder/out"
  [[ ! -s $folder/out || $(tail -c 1 "$folder/out" | wc -l) == 1 ]] || echo '(no newline)'
  ((status == 0)) || echo "[$status]"
  command=
}

begun=false
while IFS= read -r line || [[ -n $line ]]; do
  case $line in
  '$ '*)
    begun=true
    finish
    printf '%s\n' "$line"
    command=${line:2}
    ;;
  '> '*)
    printf '%s\n' "$line"
    command+=$'\n'${line:2}
    ;;
  *) $begun || printf '%s\n' "$line" ;;
  esac
done <"$transcript" >"$folder/actual.part" 2>&1
finish >>"$folder/actual.part"
if ! diff -u "$transcript" "$folder/actual.part"; then
  if [[ -n ${WAYMARK_WRITE_TRANSCRIPTS-} ]]; then
    cp "$folder/actual.part" "$transcript"
    echo "written: $transcript"
    exit 0
  fi
  echo "$transcript: something else happened (WAYMARK_WRITE_TRANSCRIPTS=1 writes it down)"
  exit 1
fi
