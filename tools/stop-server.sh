#!/bin/bash
# stop-server.sh DIRECTORY   Ends the server that start-mariadb.sh or start-mysql.sh runs there, and waits until it is gone.
. "$(dirname "$0")/common.sh"

pidfile=$1/server.pid
running "$pidfile" || { rm -f "$pidfile"; exit 0; }
pid=$(cat "$pidfile")
kill "$pid"
deadline=$((SECONDS + ${POOL_STOP_SECONDS:-30}))
while kill -0 "$pid" 2>/dev/null; do
    [ $SECONDS -lt $deadline ] || { kill -9 "$pid"; break; }
    sleep 0.1
done
rm -f "$pidfile"
