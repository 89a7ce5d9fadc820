#!/bin/bash
# Micro-benchmarks: prints nanoseconds and allocated bytes per operation, and fails when a budget in allocation-budget.json
# is exceeded. Never fails on time.
#
#   micro.sh [--quick]     --quick: three short measurements of each; enough for the bytes
. "$(dirname "$0")/lib.sh"

build bench/Pool.Bench
exec "$work/artifacts/bin/Pool.Bench/release/pool-bench" "$@"
