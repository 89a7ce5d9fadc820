#!/bin/bash
# What do settings cost when many sessions share few connections? In interleaved rounds on the same database:
#
#   none      sessions that set nothing
#   eight     each session has set one of eight combinations of settings, once after login
#   reserved  the same with SettingsPool off: a session that has set something keeps its connection
#
#   settings.sh [--pairs 20] [--seconds 5] [--clients 1000] [--connections 32] [--arms none,eight,reserved]
#
# The load goes before all else on the machine's cores (nice -10, where that is allowed): clients are elsewhere in practice. Else they
# stand still for tens of milliseconds while the database works off the whole line, and come back all at once.
#
# In reserved mode there is a connection for some of the clients only. The others meet the pool's limit of waiting, here
# 3 seconds: they are the errors; what it serves per second, it serves to those that got one.
. "$(dirname "$0")/lib.sh"

pairs=20 seconds=5 clients=1000 connections=32 arms=none,eight,reserved
while [ $# -gt 0 ]; do
    case $1 in
        --pairs) pairs=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        --clients) clients=$2; shift 2 ;;
        --connections) connections=$2; shift 2 ;;
        --arms) arms=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done

ulimit -n "$(ulimit -H -n)"
build bench/Pool.Load
start_database
patience='"LeaseTimeout": "00:00:03"'
first=(nice -n -10)
[ "$(nice -n -10 nice 2>/dev/null)" = -10 ] || first=()
declare -A port pid page options
start_pool "$connections" pool "$patience"
port=([none]=$pool_port [eight]=$pool_port) pid=([none]=$pool_pid [eight]=$pool_pid) page=([none]=$metrics [eight]=$metrics)
options=([none]="--kinds $(kinds silent)" [eight]="--kinds $(kinds eight-settings)")
if [[ ,$arms, == *,reserved,* ]]; then
    start_pool "$connections" reserved "$patience, \"SettingsPool\": \"off\""
    port[reserved]=$other_port pid[reserved]=$pool_pid page[reserved]=$metrics
    options[reserved]="${options[eight]} --open-at-once $clients"
fi

round() { # SECONDS ARMS
    local arm
    for arm in $2; do
        # shellcheck disable=SC2086 # options are several words
        "${first[@]}" "$load" point --label "$arm" --port "${port[$arm]}" --connections "$clients" --seconds "$1" --warmup 2 --sources 4 ${options[$arm]} \
            --watch "${pid[$arm]}" --watch-database "$db_pid" --metrics "${page[$arm]}" --database-port "$db_port" --json || [ "$arm" = reserved ] || say "$arm: there were errors"
    done
}

# shellcheck disable=SC2086
interleave settings "$pairs" "$seconds" round ${arms//,/ }
"$load" compare "$results" none
"$load" errors "$results"
