#!/bin/bash
# What does a statement cost on a connection that another node lends, beside one of the node's own, and beside a new connection?
# Once without TLS anywhere, once with it to the database and between the nodes, and once between the nodes alone.
#
# First as a client sees it. Two nodes, an etcd, and one client whose statements go to a node that has a connection (local) or to one that has
# none and borrows (remote): one after the other, so that the loan lasts, and a hundred per second, so that each is asked for. Beside them
# the database itself, without TLS (direct). The local arm has nothing that is encrypted but the way to the database.
# Then without the client and the way to the node: two nodes' pools in one process, with TCP over loopback between them, beside a connection
# that is opened for the statement. A lease of the node's own through the dumb relay says about what one hop more costs on the machine.
# The nodes' pipes are not encrypted here.
#
#   remote.sh [--pairs 20] [--seconds 1] [--rounds 20]
. "$(dirname "$0")/lib.sh"

pairs=20 seconds=1 rounds=20
while [ $# -gt 0 ]; do
    case $1 in
        --pairs) pairs=$2; shift 2 ;;
        --seconds) seconds=$2; shift 2 ;;
        --rounds) rounds=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done

build bench/Pool.Load bench/Pool.Remote src/Pool.Host
start_database
start_relay
start_etcd

round() { # SECONDS ARMS
    local arm port rate
    for rate in 0 100; do
        for arm in $2; do
            port=$db_port
            case $arm in
                local) port=$(node_port 2) ;;
                remote) port=$(node_port 1) ;;
            esac
            "$load" point --label "$arm" --mode-label "TLS $tls, $([ "$rate" = 0 ] && echo "one after the other" || echo "$rate per second")" \
                --port "$port" --connections 1 --rate "$rate" --seconds "$1" --warmup 0.5 --json || say "$arm: there were errors"
        done
    done
}

for tls in nowhere everywhere "between nodes"; do
    [ "$tls" = everywhere ] && backend_tls=required || backend_tls=disabled
    [ "$tls" = nowhere ] && encrypt=false || encrypt=true
    # Each node has its floor and no more, one connection that it keeps for itself and one for statements; a place is kept for who looks
    # what there is.
    for n in 1 2; do
        start_node "$n" 5 '"MinIdle": 1, "IdleInTransactionTimeout": "00:00:00"'
        nodes[n]=$started
    done
    # A transaction holds that of the first node all the while.
    exec {held}> >(MYSQL_PWD=$APP_PASSWORD exec mariadb --no-defaults -h127.0.0.1 -P"$(node_port 1)" -uapp sbtest >/dev/null)
    pids+=("$!")
    echo 'BEGIN; SELECT 1;' >&"$held"
    sleep 1
    interleave "remote-${tls// /-}" "$pairs" "$seconds" round local remote direct
    "$load" compare "$results" local
    "$load" errors "$results"
    exec {held}>&-
    kill "${nodes[@]}"
    wait "${nodes[@]}" 2>/dev/null || true
done

"$work/artifacts/bin/Pool.Remote/release/pool-remote" 127.0.0.1 "$db_port" "$relay_port" "$rounds"
