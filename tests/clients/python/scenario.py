"""The client scenario (see ../README.md) in PyMySQL."""
import hashlib
import os
import sys
import threading
import time

import pymysql
from pymysql.constants import CLIENT, FIELD_TYPE
from pymysql.cursors import SSCursor

HOST, PORT, USER, PASSWORD, DATABASE, TLS = sys.argv[1:7]
ROWS = int(os.environ.get("SCENARIO_ROWS", "1000000"))
BYTES = int(os.environ.get("SCENARIO_BYTES", "40000000"))
TYPES = {number: name for name, number in vars(FIELD_TYPE).items() if name.isupper() and name not in ("CHAR", "INTERVAL")}


def connect(flags=0, **options):
    options = {"charset": "utf8mb4", "autocommit": True, "local_infile": True, "max_allowed_packet": 128 << 20, **options}
    tls = {"ssl": {"check_hostname": False, "verify_mode": "none"}} if TLS == "1" else {}
    return pymysql.connect(host=HOST, port=int(PORT), user=USER, password=PASSWORD, database=DATABASE,
                           client_flag=CLIENT.MULTI_STATEMENTS | flags, **tls, **options)


def show_result(connection, cursor):
    if cursor.description:
        for field in connection._result.fields:
            print("  column", field.name, field.org_name, field.table_name, field.org_table, field.db, TYPES[field.type_code],
                  field.charsetnr, field.length, field.flags, field.scale)
        for row in cursor.fetchall():
            print("  row", *(repr(value) for value in row), sep=" | ")
    print("  affected", cursor.rowcount, "id", cursor.lastrowid, "warnings", connection._result.warning_count)


def run(connection, sql, arguments=None):
    print(">", sql)
    with connection.cursor() as cursor:
        try:
            cursor.execute(sql, arguments)
            show_result(connection, cursor)
            while cursor.nextset():
                show_result(connection, cursor)
        except pymysql.MySQLError as error:
            print("  error", type(error).__name__, *error.args)
    return connection


def value_of(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def step(title):
    print("==", title)


step("connect")
main = connect()
print("id is the one told:", main.thread_id() == value_of(main, "SELECT CONNECTION_ID()"))
run(main, "SELECT DATABASE(), CURRENT_USER()")

step("statements")
with open("scenario.sql", encoding="utf-8") as lines:
    for line in lines:
        run(main, line.rstrip("\n"))
main.select_db(DATABASE)
run(main, "SELECT DATABASE()")

step("parameters")
run(main, "CREATE TABLE bound (n BIGINT UNSIGNED, d DECIMAL(20,5), s VARCHAR(100), b VARBINARY(100), t DATETIME(6))")
run(main, "INSERT INTO bound VALUES (%s, %s, %s, %s, %s)", (2**64 - 1, "123.45", "it's \\ \"ż🐬\"", b"\x00\xff'\\", "2024-02-29 01:02:03.5"))
run(main, "INSERT INTO bound VALUES (%s, %s, %s, %s, %s)", (-1, None, None, None, None))
run(main, "SELECT * FROM bound")

step("big value")
value = bytes((i * 31 + 7) & 255 for i in range(1000)) * (BYTES // 1000)
run(main, "CREATE TABLE big (v LONGBLOB)")
with main.cursor() as cursor:
    print(cursor.execute("INSERT INTO big VALUES (_binary %s)", (value,)))
    cursor.execute("SELECT v, SHA2(v, 256) FROM big")
    back, server_hash = cursor.fetchone()
    print(len(back), back == value, hashlib.sha256(back).hexdigest() == server_hash, server_hash)
run(main, "TRUNCATE big")

step("many rows")
with main.cursor(SSCursor) as cursor:
    cursor.execute(f"SELECT a.n * 1000 + b.n AS n, CONCAT('row ', a.n * 1000 + b.n) AS t FROM numbers a, numbers b WHERE a.n < {ROWS // 1000}")
    count = total = length = 0
    for n, text in cursor:
        count, total, length = count + 1, total + n, length + len(text)
    print(count, total, length)
with main.cursor(SSCursor) as cursor:
    cursor.execute("SELECT n FROM numbers ORDER BY n")
    print("left after one row:", cursor.fetchone())
run(main, "SELECT 'in step'")

step("load data")
run(main, "CREATE TABLE loaded (id INT PRIMARY KEY, t VARCHAR(50), n INT) CHARACTER SET utf8mb4")
LOAD = "LOAD DATA LOCAL INFILE %s IGNORE INTO TABLE loaded CHARACTER SET utf8mb4"
for name in ("load.tsv", "missing.tsv"):
    run(main, LOAD, (name,))
    run(main, "SHOW WARNINGS")
run(main, "SELECT * FROM loaded ORDER BY id")

step("transactions")
main.begin()
run(main, "INSERT INTO ids (k, v) VALUES (80, 'api')")
main.rollback()
main.autocommit(False)
run(main, "INSERT INTO ids (k, v) VALUES (81, 'api')")
main.commit()
main.autocommit(True)
run(main, "SELECT k FROM ids WHERE k IN (80, 81)")

step("found rows")
found = connect(CLIENT.FOUND_ROWS)
for connection in (main, found):
    run(connection, "UPDATE ids SET v = v WHERE k <= 3")
found.close()

step("character sets")
latin = connect(charset="latin1")
run(latin, "SELECT HEX('é'), @@character_set_client, @@collation_connection")
run(latin, "SELECT vl FROM texts WHERE id = 1")
latin.set_charset("utf8mb4")
run(latin, "SELECT HEX('é'), v FROM texts WHERE id = 1")
latin.close()

step("kill")
victim = connect()
slow = threading.Thread(target=run, args=(
    victim, "SELECT COUNT(*) AS sum_of_three FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n < 0"))
slow.start()
WATCH = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE CONCAT('%sum_of', '_three%')"
while slow.is_alive() and not value_of(main, WATCH):
    time.sleep(0.02)
main.query(f"KILL QUERY {victim.thread_id()}")
slow.join()
run(victim, "SELECT 'alive'")
victim.close()
run(main, "KILL QUERY 4194303")
other = connect()
try:
    main.kill(other.thread_id())
except pymysql.MySQLError as error:  # MySQL 9 has no COM_PROCESS_KILL any more
    print("  error", type(error).__name__, *error.args)
    main.query(f"KILL {other.thread_id()}")
run(other, "SELECT 1")

step("ping")
main.ping(reconnect=False)
run(main, "SELECT ROW_COUNT()")
main.close()

step("refused")
for options in ({"password": PASSWORD + "x"}, {"database": "no_such_database"}, {"user": "nobody"}):
    try:
        pymysql.connect(**{"host": HOST, "port": int(PORT), "user": USER, "password": PASSWORD, "database": DATABASE, **options})
    except pymysql.MySQLError as error:
        print("  error", type(error).__name__, *error.args)
print("== end")
