#!/bin/bash
# What does a statement cost on a connection that another node lends, beside one of the node's own, and beside a new connection? Two nodes'
# pools in one process, with TCP over loopback between them; once without and once with TLS to the database. One statement after the other.
# A lease of the node's own through the dumb relay says about what one hop more costs on the machine. The nodes' pipes are not encrypted here.
#
#   remote.sh [--rounds 20]
. "$(dirname "$0")/lib.sh"

rounds=20
while [ $# -gt 0 ]; do
    case $1 in
        --rounds) rounds=$2; shift 2 ;;
        *) die "unknown option $1" ;;
    esac
done

build bench/Pool.Remote
start_database
start_relay
"$work/artifacts/bin/Pool.Remote/release/pool-remote" 127.0.0.1 "$db_port" "$relay_port" "$rounds"
