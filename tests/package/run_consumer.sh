# run_consumer.sh: runs, in the folder where it was built, what the foreign project has made.
set -eu
./consumer
./consumer_node --version
if [ -e consumer_tests ]; then # without Catch2 there are none
  ./consumer_tests
fi
