#!/bin/sh
# expect_canary.sh PROGRAM INPUT
#
# Whether a target with its planted bug says of this input that something does not hold.
set -u
program=$1
input=$2

ulimit -c 0
said=$("$program" "$input" 2>&1)
status=$?
case $said in
  *"does not hold: "*) ;;
  *)
    echo "the planted bug was not met (status $status):"
    echo "$said"
    exit 1
    ;;
esac
