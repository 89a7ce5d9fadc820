#!/bin/bash
# Installs what the tests need, builds everything, runs every test, and ends with the line "N passed, N failed".
# Fails if a test failed or none ran. What each project printed is kept in .test/.
#
#   ./test.sh           everything, in less than 20 minutes on two cores
#   ./test.sh --long    with the long searches as well
cd "$(dirname "$0")"
. tools/common.sh

case ${1:-} in
    '') ;;
    --long) export POOL_TEST_LONG=1;;
    *) sed -n '2,/^cd /{/^#/s/^# \{0,1\}//p}' test.sh >&2; exit 2;;
esac

results=$PWD/.test
rm -rf "$results"
mkdir -p "$results"
passed=0 failed=0
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
    exit
}
# broken WHAT LOG: something that is no test, but without which the tests would mean nothing.
broken() { tail -n 30 "$2" >&2; say "$1 failed; its log is $2"; failed=$((failed + 1)); finish; }

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# One compiler for all projects, also where that is switched off: it halves the time of the build.
export UseSharedCompilation=true
command -v dotnet >/dev/null || { say "no dotnet: install the .NET 10 SDK"; failed=1; finish; }
for what in mariadb mysql etcd clients orms systemd; do
    tools/install-$what.sh > "$results/install-$what.log" 2>&1 || broken "installing $what" "$results/install-$what.log"
done
say "building"
dotnet build Pool.sln -c Release -v q > "$results/build.log" 2>&1 || broken "the build" "$results/build.log"
dotnet build tests/clients/csharp -c Release -v q > "$results/build-client.log" 2>&1 || broken "building the C# client" "$results/build-client.log"

# counts FILE: "total passed" of one project's result file.
counts() { sed -n 's/.*<Counters total="\([0-9]*\)" executed="[0-9]*" passed="\([0-9]*\)".*/\1 \2/p' "$1"; }

# run NAME: one project's tests.
run() {
    say "testing $1"
    dotnet test "tests/$1" -c Release --no-build --logger "trx;LogFileName=$results/$1.trx" > "$results/$1.log" 2>&1 || : > "$results/$1.failed"
}

# Those that start no servers run at the same time: none of them keeps both cores busy.
all=$(cd tests && ls -d ./*.Tests) units=${all//.\/Pool.Live.Tests/}
for name in $units; do run "${name#./}" & done
wait
run Pool.Live.Tests

for name in $all; do
    name=${name#./}
    read -r total good <<< "$(counts "$results/$name.trx" 2>/dev/null)" || true
    bad=$((${total:-0} - ${good:-0}))
    # A run that crashed, hung or found no test has failed too, whatever it counted.
    if [ $bad = 0 ] && { [ -e "$results/$name.failed" ] || [ "${total:-0}" = 0 ]; }; then bad=1; fi
    if [ $bad != 0 ]; then
        grep -E -A 6 '^ +Failed |error' "$results/$name.log" | head -n 80 >&2 || true
        say "$name: $bad failed; its log is $results/$name.log"
    fi
    passed=$((passed + ${good:-0})) failed=$((failed + bad))
    total=0 good=0
done

say "testing the allocation budget"
if POOL_BENCH_BUILD=0 bench/micro.sh --quick > "$results/allocation-budget.log" 2>&1; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    tail -n 20 "$results/allocation-budget.log" >&2
    say "the allocation budget is exceeded, or could not be measured; the log is $results/allocation-budget.log"
fi
finish
