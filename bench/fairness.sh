#!/bin/bash
# Many clients on few connections: does everybody get through, and is anybody treated worse than the others?
#
#   fairness.sh [--clients 2000] [--connections 32] [--seconds 20]
#
# Fails when a client met an error.
. "$(dirname "$0")/lib.sh"

clients=2000 connections=32 seconds=20
while [ $# -gt 0 ]; do
    case $1 in
        --clients) clients=$2; shift 2 ;;
        --connections) connections=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done

ulimit -n "$(ulimit -H -n)"
build bench/Pool.Load
start_database
start_pool "$connections"
"$load" point --label pool --port "$pool_port" --connections "$clients" --seconds "$seconds" --warmup 5 --sources 4 \
    --watch "$pool_pid" --metrics "$metrics"
