<?php
// The client scenario (see ../README.md) in mysqli.
[, $host, $port, $user, $password, $database, $tls] = $argv;
$thousands = intdiv((int)(getenv('SCENARIO_ROWS') ?: 1000000), 1000);
$bytes = (int)(getenv('SCENARIO_BYTES') ?: 40000000);
ini_set('memory_limit', '-1');
mysqli_report(MYSQLI_REPORT_OFF);

function connect(string $charset = 'utf8mb4', int $flags = 0, array $with = []): mysqli
{
    global $host, $port, $user, $password, $database, $tls;
    $with += ['user' => $user, 'password' => $password, 'database' => $database];
    $link = mysqli_init();
    $link->options(MYSQLI_OPT_LOCAL_INFILE, true);
    $flags |= $tls ? MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT : 0;
    if (!@$link->real_connect($host, $with['user'], $with['password'], $with['database'], (int)$port, null, $flags)) {
        echo "  error {$link->connect_errno} {$link->connect_error}\n";
    } else {
        $link->set_charset($charset);
    }
    return $link;
}

function show(mixed $value): string
{
    return match (true) {
        $value === null => 'NULL',
        is_string($value) && !preg_match('//u', $value) => 'x' . bin2hex($value),
        default => get_debug_type($value) . ' ' . json_encode($value, JSON_UNESCAPED_UNICODE),
    };
}

function show_result(mysqli_result $result): void
{
    foreach ($result->fetch_fields() as $f) {
        echo "  column $f->name $f->orgname $f->table $f->orgtable $f->db $f->catalog charset=$f->charsetnr length=$f->length ",
            "flags=$f->flags type=$f->type decimals=$f->decimals\n";
    }
    foreach ($result as $row) {
        echo '  row ', implode(' | ', array_map('show', array_values($row))), "\n";
    }
}

function show_state(mysqli|mysqli_stmt $on): void
{
    echo $on->errno ? "  error $on->errno $on->sqlstate $on->error\n" : "  affected $on->affected_rows id $on->insert_id\n";
}

function run(mysqli $link, string $sql): void
{
    echo "> $sql\n";
    if ($link->multi_query($sql)) {
        do {
            if ($result = $link->store_result()) {
                show_result($result);
            }
            show_state($link);
            echo "  warnings $link->warning_count info $link->info\n";
        } while ($link->more_results() && $link->next_result());
    }
    if ($link->errno) {
        show_state($link);
    }
}

function value_of(mysqli $link, string $sql): mixed
{
    return $link->query($sql)->fetch_row()[0];
}

function bound(mysqli $link, string $sql, string $types = '', mixed ...$arguments): void
{
    echo "? $sql\n";
    if (!$statement = $link->prepare($sql)) {
        show_state($link);
        return;
    }
    if ($types) {
        $statement->bind_param($types, ...$arguments);
    }
    for ($time = 0; $time < 2; $time++) {
        $statement->execute();
        if (!$statement->errno && $statement->field_count && $result = $statement->get_result()) {
            show_result($result);
        }
        show_state($statement);
        while ($statement->more_results() && $statement->next_result() && $result = $statement->get_result()) {
            show_result($result);
        }
    }
    $statement->close();
}

echo "== connect\n";
$link = connect();
echo 'id is the one told: ', json_encode($link->thread_id === (int)value_of($link, 'SELECT CONNECTION_ID()')), "\n";
echo $link->character_set_name(), ' protocol ', $link->protocol_version, "\n";

echo "== statements\n";
foreach (file('scenario.sql', FILE_IGNORE_NEW_LINES) as $sql) {
    run($link, $sql);
}
$link->select_db($database);
run($link, 'SELECT DATABASE()');

echo "== prepared statements\n";
foreach (['whole', 'real_numbers', 'times', 'texts', 'shapes'] as $table) {
    bound($link, "SELECT * FROM $table WHERE id >= ? ORDER BY id", 'i', 0);
}
run($link, 'CREATE TABLE bound (n BIGINT UNSIGNED, d DECIMAL(20,5), s VARCHAR(100), b VARBINARY(100), t DATETIME(6), g DOUBLE)');
bound($link, 'INSERT INTO bound VALUES (?, ?, ?, ?, ?, ?)', 'sssssd', '18446744073709551615', '1.25', "ż'🐬", "\0\xff", '2024-02-29 01:02:03.5', 0.1);
bound($link, 'INSERT INTO bound VALUES (?, ?, ?, ?, ?, ?)', 'isssds', null, null, null, null, null, null);
bound($link, 'INSERT INTO bound (n) VALUES (?)', 'i', -1);
bound($link, 'SELECT * FROM bound');
bound($link, 'SELECT ? AS i, ? AS d, ? AS s, ? AS n', 'idss', PHP_INT_MIN, -1.5e300, 'text', null);
bound($link, 'SELECT FROM WHERE');
bound($link, 'INSERT INTO ids (k, v) VALUES (?, ?)', 'is', 90, 'ps');
bound($link, 'CALL several(?, @q)', 'i', 9);
$one = $link->prepare('SELECT ? + 1');
$two = $link->prepare('SELECT CONCAT(?, ?)');
foreach ([1, 2] as $n) {
    $text = "t$n";
    $one->bind_param('i', $n);
    $two->bind_param('ss', $text, $text);
    $one->execute();
    show_result($one->get_result());
    $two->execute();
    show_result($two->get_result());
}
$cursor = $link->prepare('SELECT n FROM numbers WHERE n < 100 ORDER BY n');
$cursor->attr_set(MYSQLI_STMT_ATTR_CURSOR_TYPE, MYSQLI_CURSOR_TYPE_READ_ONLY);
$cursor->execute();
$cursor->bind_result($n);
for ($sum = 0; $cursor->fetch(); $sum += $n);
echo "cursor $sum\n";
$cursor->close();

echo "== big value\n";
run($link, 'CREATE TABLE big (v LONGBLOB)');
$value = str_repeat(implode(array_map(fn($i) => chr(($i * 31 + 7) & 255), range(0, 999))), intdiv($bytes, 1000));
$insert = $link->prepare('INSERT INTO big VALUES (?)');
$empty = null;
$insert->bind_param('b', $empty);
foreach (str_split($value, 1 << 22) as $part) {
    $insert->send_long_data(0, $part);
}
echo json_encode($insert->execute()), "\n";
$row = $link->query('SELECT v, SHA2(v, 256) FROM big')->fetch_row();
echo strlen($row[0]), json_encode([$row[0] === $value, hash('sha256', $value) === $row[1]]), $row[1], "\n";
run($link, 'TRUNCATE big');

echo "== many rows\n";
$result = $link->query("SELECT a.n * 1000 + b.n, CONCAT('row ', a.n * 1000 + b.n) FROM numbers a, numbers b WHERE a.n < $thousands", MYSQLI_USE_RESULT);
for ($count = $sum = $length = 0; $row = $result->fetch_row(); $count++) {
    $sum += $row[0];
    $length += strlen($row[1]);
}
echo "$count $sum $length\n";
$result = $link->query('SELECT n FROM numbers', MYSQLI_USE_RESULT);
$result->fetch_row();
run($link, 'SELECT 1');
$result->free();

echo "== load data\n";
run($link, 'CREATE TABLE loaded (id INT PRIMARY KEY, t VARCHAR(50), n INT) CHARACTER SET utf8mb4');
foreach (['load.tsv', 'missing.tsv'] as $name) {
    run($link, "LOAD DATA LOCAL INFILE '$name' IGNORE INTO TABLE loaded CHARACTER SET utf8mb4");
    run($link, 'SHOW WARNINGS');
}
run($link, 'SELECT * FROM loaded ORDER BY id');

echo "== transactions\n";
foreach (['rollback' => 80, 'commit' => 81] as $end => $k) {
    $link->begin_transaction(MYSQLI_TRANS_START_WITH_CONSISTENT_SNAPSHOT, 'named');
    run($link, "INSERT INTO ids (k, v) VALUES ($k, 'api')");
    $link->$end();
}
$link->autocommit(false);
run($link, "INSERT INTO ids (k, v) VALUES (82, 'api')");
$link->savepoint('s');
$link->release_savepoint('s');
$link->rollback();
$link->autocommit(true);
run($link, 'SELECT k FROM ids WHERE k IN (80, 81, 82)');

echo "== found rows\n";
foreach ([0, MYSQLI_CLIENT_FOUND_ROWS] as $flag) {
    run(connect('utf8mb4', $flag), 'UPDATE ids SET v = v WHERE k <= 3');
}

echo "== character sets\n";
$latin = connect('latin1');
run($latin, "SELECT HEX('\xe9'), vl, @@character_set_client, @@collation_connection FROM texts WHERE id = 1");
$latin->set_charset('utf8mb4');
run($latin, "SELECT HEX('é'), v FROM texts WHERE id = 1");

echo "== change user\n";
run($link, "SET @mine = 1, SESSION sql_mode = ''");
run($link, 'CREATE TEMPORARY TABLE mine (a INT)');
$kept = $link->prepare('SELECT 1');
echo json_encode($link->change_user($user, $password, $database)), "\n";
run($link, "SELECT @mine, @@sql_mode = '', DATABASE(), @@character_set_client");
run($link, 'SELECT * FROM mine');
echo json_encode($kept->execute()), " $kept->errno\n";
echo json_encode($link->change_user($user, $password, null)), "\n";
run($link, 'SELECT DATABASE()');
$refused = connect();
echo json_encode($refused->change_user($user, 'wrong', $database)), " $refused->errno $refused->error\n";
$link->select_db($database);

echo "== kill\n";
$victim = connect();
$victim->query('SELECT COUNT(*) AS sum_of_three FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n < 0', MYSQLI_ASYNC);
do {
    usleep(20000);
} while (!value_of($link, "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE CONCAT('%sum_of', '_three%')"));
echo json_encode($link->query("KILL QUERY $victim->thread_id")), "\n";
$victim->reap_async_query();
show_state($victim);
run($victim, "SELECT 'alive'");
run($link, 'KILL QUERY 4194303');

echo "== ping\n";
echo json_encode($link->query('DO 1')), json_encode(@$link->ping()), "\n";
run($link, 'SELECT ROW_COUNT()');

echo "== refused\n";
connect(with: ['password' => 'wrong']);
connect(with: ['database' => 'no_such_database']);
connect(with: ['user' => 'nobody']);
echo "== end\n";
