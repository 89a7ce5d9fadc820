#!/bin/bash
# How long does KILL QUERY take, from the KILL to the error at the client that it hits: at the database itself, through one node,
# and from one node to a session of another? Two nodes and an etcd, clients with short statements on both nodes all the while: as many
# statements per second as --rate says, which leaves the machine some room, or with --rate 0 all that it can do.
#
#   kill.sh [--rounds 500] [--clients 16] [--rate 4000]
. "$(dirname "$0")/lib.sh"

rounds=500 clients=16 rate=4000
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift 2 ;;
        --clients) clients=$2; shift 2 ;;
        --rate) rate=$2; shift 2 ;;
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
    "$load" point --port "$port" --connections "$((clients / 2))" --seconds 3600 --rate "$((rate / clients))" > /dev/null 2>&1 &
    pids+=($!)
done
sleep 2
# busy: jiffies of all cores so far, of work and in all.
busy() { awk '/^cpu / { for (i = 2; i <= 9; i++) all += $i; print all - $5 - $6, all }' /proc/stat; }
read -r worked all <<< "$(busy)"
"$load" kill "$rounds" "direct:$db_port:$db_port" "one node:$one:$one" "across nodes:$one:$two"
read -r worked_after all_after <<< "$(busy)"
say "the machine was busy for $((100 * (worked_after - worked) / (all_after - all))) % of the time"
