#!/bin/bash
# The client scenario (see ../README.md) in a command line client: scenario.sh PROGRAM HOST PORT USER PASSWORD DATABASE TLS
set -uo pipefail

program=$1 host=$2 port=$3 user=$4 export_password=$5 database=$6 tls=$7
export MYSQL_PWD=$export_password
case "$(basename "$program")-$tls" in
    mariadb-0) tls=(--skip-ssl);;
    mariadb-1) tls=(--ssl --skip-ssl-verify-server-cert);;
    mysql-0) tls=(--ssl-mode=DISABLED --get-server-public-key);;
    mysql-1) tls=(--ssl-mode=REQUIRED);;
esac
thousands=$((${SCENARIO_ROWS:-1000000} / 1000))
bytes=${SCENARIO_BYTES:-40000000}

client() {
    timeout 120 "$program" --no-defaults -h"$host" -P"$port" -u"$user" "${tls[@]}" --default-character-set=utf8mb4 \
        --max-allowed-packet=128M "$@"
}
# Everything that the client knows of a result, without the time that it took.
detailed() { client --delimiter='$$' --force --column-type-info --unbuffered -vvv "$database" "$@" 2>&1 | sed 's/ ([0-9.]* sec)$//'; }
plain() { client --batch --raw --skip-column-names "$database" "$@" 2>&1; }
step() { echo "== $*"; }

step statements
sed 's/$/$$/' scenario.sql | detailed

step big value
value=$(head -c $((bytes / 2)) /dev/zero | tr '\0' q)
plain -e 'CREATE TABLE big (v LONGBLOB)'
{ printf "INSERT INTO big VALUES ('"; printf '%s%s' "$value" "$value"; printf "'), (NULL);"; } | plain
plain -e 'SELECT LENGTH(v), SHA2(v, 256) FROM big'
plain -e 'SELECT v FROM big' | sha256sum
plain -e 'TRUNCATE big'

step many rows
plain --quick -e "SELECT a.n * 1000 + b.n AS n, CONCAT('row ', a.n * 1000 + b.n) AS t FROM numbers a, numbers b WHERE a.n < $thousands ORDER BY n" |
    sha256sum

step load data
plain -e 'CREATE TABLE loaded (id INT PRIMARY KEY, t VARCHAR(50), n INT) CHARACTER SET utf8mb4'
for file in load.tsv missing.tsv; do
    echo "LOAD DATA LOCAL INFILE '$file' IGNORE INTO TABLE loaded CHARACTER SET utf8mb4\$\$ SHOW WARNINGS\$\$" | detailed --local-infile
    echo "LOAD DATA LOCAL INFILE '$file' IGNORE INTO TABLE loaded CHARACTER SET utf8mb4\$\$" | detailed --skip-local-infile
done
plain -e 'SELECT * FROM loaded ORDER BY id'

step character sets
plain --default-character-set=latin1 -e "SELECT vl, @@character_set_client, @@collation_connection FROM texts WHERE id = 1" | od -c
plain --init-command="SET @greeting = 'set on connecting'" -e 'SELECT @greeting'

step kill
coproc slow { plain --unbuffered --force -e "SELECT CONNECTION_ID(); SELECT COUNT(*) AS sum_of_three FROM numbers a, numbers b, numbers c
    WHERE a.n + b.n + c.n < 0"; }
exec 5<&"${slow[0]}"
read -r victim <&5
until [ "$(plain -e "SELECT COUNT(*) FROM information_schema.processlist
    WHERE db = DATABASE() AND info LIKE CONCAT('%sum_of', '_three%')")" = 1 ]; do sleep 0.02; done
plain -e "KILL QUERY $victim"
cat <&5
wait
plain -e "KILL QUERY 4194303"

step table completion
echo "USE information_schema\$\$ USE $database\$\$ SELECT DATABASE()\$\$" | detailed --auto-rehash

step refused
MYSQL_PWD=wrong plain -e 'SELECT 1'
client --batch -e 'SELECT 1' no_such_database 2>&1
echo '== end'
