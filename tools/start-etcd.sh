#!/bin/bash
# A private etcd on loopback, as the current user, in the background:
#
#   start-etcd.sh DIRECTORY CLIENT-PORT:PEER-PORT... [-- etcd option...]
#
# One member for each pair of ports, in DIRECTORY/1, DIRECTORY/2 and so on (data, server.log, server.pid). Called again it starts
# the members that do not run, with the data that they have. Returns when a majority of the members answers. With $POOL_ETCD_CA, $POOL_ETCD_CERT
# and $POOL_ETCD_KEY (PEM files) clients have to use TLS and show a certificate. Stop a member with stop-server.sh DIRECTORY/1.
. "$(dirname "$0")/common.sh"

mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
members=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do members+=("$1"); shift; done
[ $# = 0 ] || shift
[ ${#members[@]} -gt 0 ] || die "which ports?"

scheme=http secure=() asking=()
if [ -n "${POOL_ETCD_CA:-}" ]; then
    scheme=https
    secure=(--trusted-ca-file="$POOL_ETCD_CA" --cert-file="$POOL_ETCD_CERT" --key-file="$POOL_ETCD_KEY" --client-cert-auth)
    asking=(--cacert="$POOL_ETCD_CA" --cert="$POOL_ETCD_CERT" --key="$POOL_ETCD_KEY")
fi
url() { printf '%s://127.0.0.1:%s' "$1" "$2"; }
cluster='' endpoints=''
for i in "${!members[@]}"; do
    cluster+=",$((i + 1))=$(url http "${members[i]#*:}")"
    endpoints+=",$(url $scheme "${members[i]%:*}")"
done

for i in "${!members[@]}"; do
    member=$dir/$((i + 1)) client=$(url $scheme "${members[i]%:*}") peer=$(url http "${members[i]#*:}")
    mkdir -p "$member"
    running "$member/server.pid" && continue
    rm -f "$member/server.pid"
    start_server "$member" etcd --name=$((i + 1)) --data-dir="$member/data" --initial-cluster="${cluster#,}" --log-level=warn \
        --listen-client-urls="$client" --advertise-client-urls="$client" --listen-peer-urls="$peer" --initial-advertise-peer-urls="$peer" \
        "${secure[@]}" "$@"
done
export ETCDCTL_API=3
answers() { [ "$(etcdctl --endpoints="${endpoints#,}" "${asking[@]}" endpoint health 2>&1 | grep -c 'is healthy')" -gt $((${#members[@]} / 2)) ]; }
await 30 "$dir/1/server.pid" "$dir/1/server.log" answers
