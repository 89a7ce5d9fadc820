#!/bin/bash
# Micro-benchmarks: prints nanoseconds and allocated bytes per operation, and fails when a budget in allocation-budget.json
# is exceeded. Never fails on time.
#
#   micro.sh [--quick]     --quick: three short measurements of each; enough for the bytes
. "$(dirname "$0")/lib.sh"

build_options=() # where the solution builds it: what is there already need not be built again
build bench/Pool.Bench
exec "$root/bench/Pool.Bench/bin/Release/net10.0/pool-bench" "$@"
