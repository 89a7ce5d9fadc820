#!/bin/bash
# What does a session with settings cost per query when it finds a connection that carries them? Sessions that have all set the
# same, beside sessions that have set nothing, in interleaved rounds on the same Pool.
#
#   steady.sh [--pairs 20] [--seconds 4] [--clients 16] [--connections N] [--modes point,execute] [--deprecate-eof on|off]
. "$(dirname "$0")/lib.sh"

pairs=20 seconds=4 clients=16 connections= modes=point,execute eof=on
while [ $# -gt 0 ]; do
    case $1 in
        --pairs) pairs=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        --clients) clients=$2; shift 2 ;;
        --connections) connections=$2; shift 2 ;;
        --modes) modes=$2; shift 2 ;;
        --deprecate-eof) eof=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done

build bench/Pool.Load
start_database
start_pool "${connections:-$((clients + 8))}"
declare -A kind
for arm in silent one-setting; do
    kind[$arm]=$(kinds "$arm")
    [ "$eof" = on ] || { sed 's/^\(:: [0-9]*\).*/\1/' "${kind[$arm]}" > "$work/$arm-eof.txt"; kind[$arm]=$work/$arm-eof.txt; }
done

round() { # SECONDS ARMS
    local arm mode
    for mode in ${modes//,/ }; do
        for arm in $2; do
            "$load" "$mode" --label "$arm" --port "$pool_port" --connections "$clients" --seconds "$1" --warmup 1 --kinds "${kind[$arm]}" \
                --watch "$pool_pid" --watch-database "$db_pid" --metrics "$metrics" --database-port "$db_port" --json || say "$arm $mode: there were errors"
        done
    done
}

interleave steady "$pairs" "$seconds" round silent one-setting
"$load" compare "$results" silent
"$load" errors "$results"
