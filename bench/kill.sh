#!/bin/bash
# How long does KILL QUERY take, from the KILL to the error at the client that it hits: at the database itself, through one node,
# and from one node to a session of another? Two nodes and an etcd, clients with short statements on both nodes all the while.
#
#   kill.sh [--rounds 500] [--clients 16]
. "$(dirname "$0")/lib.sh"

rounds=500 clients=16
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift 2 ;;
        --clients) clients=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done

build bench/Pool.Load src/Pool.Host
start_database
start_etcd
start_node 1 $((4 * clients + 20))
start_node 2 $((4 * clients + 20))
one=$(node_port 1) two=$(node_port 2)
for port in "$one" "$two"; do
    "$load" point --port "$port" --connections "$((clients / 2))" --seconds 3600 > /dev/null 2>&1 &
    pids+=($!)
done
sleep 2
"$load" kill "$rounds" "direct:$db_port:$db_port" "one node:$one:$one" "across nodes:$one:$two"
