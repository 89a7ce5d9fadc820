<?php
// The client scenario (see ../README.md) in PDO, with emulated and with real prepared statements.
[, $host, $port, $user, $password, $database, $tls] = $argv;
$thousands = intdiv((int)(getenv('SCENARIO_ROWS') ?: 1000000), 1000);
$bytes = (int)(getenv('SCENARIO_BYTES') ?: 40000000);
ini_set('memory_limit', '-1');

function connect(array $options = [], string $charset = 'utf8mb4', ?string $database = null, ?string $password = null): PDO
{
    $tls = $GLOBALS['tls'] ? [PDO::MYSQL_ATTR_SSL_CIPHER => 'DEFAULT', PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT => false] : [];
    $database ??= $GLOBALS['database'];
    return new PDO("mysql:host={$GLOBALS['host']};port={$GLOBALS['port']};dbname=$database;charset=$charset", $GLOBALS['user'],
        $password ?? $GLOBALS['password'],
        $options + $tls + [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::MYSQL_ATTR_LOCAL_INFILE => true]);
}

function show(mixed $value): string
{
    return match (true) {
        $value === null => 'NULL',
        is_string($value) && !preg_match('//u', $value) => 'x' . bin2hex($value),
        default => get_debug_type($value) . ' ' . json_encode($value, JSON_UNESCAPED_UNICODE),
    };
}

function show_results(PDO $link, PDOStatement $statement): void
{
    do {
        for ($i = 0; $i < $statement->columnCount(); $i++) {
            $meta = $statement->getColumnMeta($i);
            echo '  column ', json_encode($meta, JSON_UNESCAPED_UNICODE), "\n";
        }
        if ($statement->columnCount()) {
            foreach ($statement->fetchAll(PDO::FETCH_NUM) as $row) {
                echo '  row ', implode(' | ', array_map('show', $row)), "\n";
            }
        }
        echo "  affected {$statement->rowCount()} id {$link->lastInsertId()}\n";
    } while ($statement->nextRowset());
}

function attempt(callable $work): void
{
    try {
        $work();
    } catch (PDOException $error) {
        echo "  error {$error->getMessage()}\n";
    }
}

function run(PDO $link, string $sql): void
{
    echo "> $sql\n";
    attempt(fn() => show_results($link, $link->query($sql)));
}

function bound(PDO $link, string $sql, array $arguments = []): void
{
    echo "? $sql\n";
    attempt(function () use ($link, $sql, $arguments) {
        $statement = $link->prepare($sql);
        foreach ([1, 2] as $time) {
            $statement->execute($arguments);
            show_results($link, $statement);
        }
    });
}

echo "== statements\n";
$emulated = connect();
foreach (file('scenario.sql', FILE_IGNORE_NEW_LINES) as $sql) {
    run($emulated, $sql);
}

$link = connect([PDO::ATTR_EMULATE_PREPARES => false]);
foreach (['emulated' => connect(), 'real' => $link] as $kind => $on) {
    echo "== prepared statements, $kind\n";
    foreach (['whole', 'real_numbers', 'times', 'texts', 'shapes'] as $table) {
        bound($on, "SELECT * FROM $table WHERE id >= ? ORDER BY id", [0]);
    }
    run($on, 'CREATE TABLE bound (n BIGINT UNSIGNED, d DECIMAL(20,5), s VARCHAR(100), b VARBINARY(100), t DATETIME(6))');
    bound($on, 'INSERT INTO bound VALUES (?, ?, ?, ?, ?)', ['18446744073709551615', '1.25', "ż'🐬\\", "\0\xff", '2024-02-29 01:02:03.5']);
    bound($on, 'INSERT INTO bound VALUES (:a, :b, :c, :d, :e)', ['a' => null, 'b' => null, 'c' => null, 'd' => null, 'e' => null]);
    bound($on, 'INSERT INTO bound (n) VALUES (?)', [-1]);
    bound($on, 'SELECT * FROM bound');
    bound($on, 'SELECT FROM WHERE');
    bound($on, 'CALL several(?, @q)', [$kind === 'real' ? 20 : 30]);
    run($on, 'DROP TABLE bound');
}

echo "== big value\n";
run($link, 'CREATE TABLE big (v LONGBLOB)');
$value = str_repeat(implode(array_map(fn($i) => chr(($i * 31 + 7) & 255), range(0, 999))), intdiv($bytes, 1000));
$insert = $link->prepare('INSERT INTO big VALUES (?)');
$insert->bindParam(1, $value, PDO::PARAM_LOB);
attempt(fn() => print(json_encode($insert->execute()) . "\n"));
$select = $link->prepare('SELECT v, SHA2(v, 256) FROM big');
$select->execute();
$row = $select->fetch(PDO::FETCH_NUM);
echo strlen($row[0]), json_encode([$row[0] === $value, hash('sha256', $value) === $row[1]]), $row[1], "\n";
run($link, 'TRUNCATE big');

echo "== many rows\n";
$link->setAttribute(PDO::MYSQL_ATTR_USE_BUFFERED_QUERY, false);
$result = $link->query("SELECT a.n * 1000 + b.n, CONCAT('row ', a.n * 1000 + b.n) FROM numbers a, numbers b WHERE a.n < $thousands");
for ($count = $sum = $length = 0; $row = $result->fetch(PDO::FETCH_NUM); $count++) {
    $sum += $row[0];
    $length += strlen($row[1]);
}
echo "$count $sum $length\n";
$link->setAttribute(PDO::MYSQL_ATTR_USE_BUFFERED_QUERY, true);

echo "== load data\n";
run($emulated, "USE $database");
run($emulated, 'CREATE TABLE loaded (id INT PRIMARY KEY, t VARCHAR(50), n INT) CHARACTER SET utf8mb4');
run($emulated, "LOAD DATA LOCAL INFILE 'load.tsv' IGNORE INTO TABLE loaded CHARACTER SET utf8mb4");
run($emulated, 'SELECT * FROM loaded ORDER BY id');

echo "== transactions\n";
foreach (['rollBack' => 80, 'commit' => 81] as $end => $k) {
    $link->beginTransaction();
    bound($link, 'UPDATE ids SET v = ? WHERE k = 1', ["t$k"]);
    run($link, "INSERT INTO ids (k, v) VALUES ($k, 'api')");
    echo json_encode($link->inTransaction());
    $link->$end();
    echo json_encode($link->inTransaction()), "\n";
}
run($link, 'SELECT k, v FROM ids WHERE k IN (1, 80, 81) ORDER BY k');

echo "== found rows\n";
foreach ([false, true] as $found) {
    run(connect([PDO::MYSQL_ATTR_FOUND_ROWS => $found]), 'UPDATE ids SET v = v WHERE k <= 3');
}

echo "== character sets\n";
run(connect([], 'latin1'), "SELECT HEX('\xe9'), vl, @@character_set_client, @@collation_connection FROM texts WHERE id = 1");
run(connect([PDO::MYSQL_ATTR_INIT_COMMAND => "SET SESSION sql_mode = 'ANSI_QUOTES', @made = 1"]), 'SELECT "id", @made FROM texts WHERE "id" = 1');
run(connect([PDO::MYSQL_ATTR_MULTI_STATEMENTS => false]), 'SELECT 1; SELECT 2');

echo "== persistent\n";
foreach ([1, 2] as $time) {
    $persistent = connect([PDO::ATTR_PERSISTENT => true]);
    run($persistent, 'SELECT @left');
    run($persistent, 'SET @left = 1');
    $persistent = null;
}

echo "== refused\n";
attempt(fn() => connect(password: 'wrong'));
attempt(fn() => connect(database: 'no_such_database'));
echo "== end\n";
