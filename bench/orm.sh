#!/bin/bash
# From connecting to the first row, as drivers and ORMs do it: login, the statements that each sends on connect (streams/), a point
# select. Through Pool beside a direct connection, in interleaved rounds; and how many SETs reach the database meanwhile.
#
#   orm.sh [--pairs 20] [--seconds 1] [--clients 1] [--connections 8] [--kinds django,...]
#
# Every round begins with half a second that does not count: in it, the connections take over the kind's settings.
. "$(dirname "$0")/lib.sh"

pairs=20 seconds=1 clients=1 connections=8
kinds=silent,django,sqlalchemy,activerecord,connector-j,mariadb-connector-j,hibernate,sequelize,laravel,laravel-11,gorm
while [ $# -gt 0 ]; do
    case $1 in
        --pairs) pairs=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        --clients) clients=$2; shift 2 ;;
        --connections) connections=$2; shift 2 ;;
        --kinds) kinds=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done

build bench/Pool.Load
start_database
start_pool "$connections"
declare -A port=([direct]=$db_port [pool]=$pool_port) pid=([direct]=0 [pool]=$pool_pid) page=([direct]='' [pool]=$metrics) file
for kind in ${kinds//,/ }; do file[$kind]=$(kinds "$kind"); done

round() { # SECONDS PROGRAMS
    local kind program
    for kind in ${kinds//,/ }; do
        for program in $2; do
            "$load" connect --label "$program" --mode-label "$kind" --port "${port[$program]}" --connections "$clients" --seconds "$1" --warmup 0.5 \
                --kinds "${file[$kind]}" --watch "${pid[$program]}" --metrics "${page[$program]}" --database-port "$db_port" --json ||
                say "$program $kind: there were errors"
        done
    done
}

interleave orm "$pairs" "$seconds" round direct pool
"$load" compare "$results" direct
"$load" errors "$results"
