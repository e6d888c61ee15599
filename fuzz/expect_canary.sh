#!/bin/sh
# expect_canary.sh PROGRAM ARGUMENTS...
#
# Whether a target with its planted bug says of these inputs that something does not hold.
set -u

ulimit -c 0
said=$("$@" 2>&1)
status=$?
case $said in
  *"does not hold: "*) ;;
  *)
    echo "the planted bug was not met (status $status):"
    echo "$said"
    exit 1
    ;;
esac
