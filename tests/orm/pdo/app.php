<?php
// The application (see ../README.md) in plain PDO: real prepares when the worker is odd, emulated ones when it is even.
[, $host, $port, $user, $password, $database, $role] = $argv;
$worker = $role === 'migrate' ? 0 : (int)$role;
$db = new PDO("mysql:host=$host;port=$port;dbname=$database;charset=utf8mb4", $user, $password, [
    PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
    PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
    PDO::ATTR_EMULATE_PREPARES => $worker % 2 === 0,
    PDO::MYSQL_ATTR_INIT_COMMAND => "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci, time_zone = '+0$worker:00', sql_mode = 'TRADITIONAL'",
]);
$db->exec('SET SESSION TRANSACTION ISOLATION LEVEL ' . ($worker % 2 ? 'READ COMMITTED' : 'REPEATABLE READ'));

function step(string $title): void { echo "== $title\n"; }
function show(mixed $value): void { echo json_encode($value, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n"; }

function query(string $sql, array $values = []): array
{
    global $db;
    $statement = $db->prepare($sql);
    $statement->execute($values);
    return $statement->columnCount() ? $statement->fetchAll() : ['affected' => $statement->rowCount()];
}

function wait(): void
{
    step('waiting');
    fgets(STDIN);
}

function showSession(): void
{
    show(query("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', 'autocommit',"
        . " 'character_set_client', 'collation_connection')"));
    show(query('SELECT FROM_UNIXTIME(?) AS at, DATABASE() AS db', [1700000000]));
}

function failing(callable $work): void
{
    try {
        show($work());
    } catch (PDOException $error) {
        show([$error->getCode(), $error->errorInfo]);
    }
}

function migrate(): void
{
    global $db;
    step('migrate');
    $db->exec('CREATE TABLE authors (id INT AUTO_INCREMENT PRIMARY KEY, worker INT NOT NULL, name VARCHAR(50) NOT NULL, UNIQUE (worker, name))');
    $db->exec('CREATE TABLE books (id INT AUTO_INCREMENT PRIMARY KEY, author_id INT NOT NULL, title VARCHAR(100) NOT NULL, pages INT,
        published TIMESTAMP NULL, FOREIGN KEY (author_id) REFERENCES authors (id))');
    $db->exec('ALTER TABLE authors ADD COLUMN score DECIMAL(8,2) NOT NULL DEFAULT 0');
    show(query('SHOW TABLES'));
    show(query('DESCRIBE authors'));
    wait();
    show(query('DESCRIBE books'));
}

function authors(int $worker): void
{
    show(query('SELECT a.name, a.score, b.title, b.pages, b.published FROM authors a LEFT JOIN books b ON b.author_id = a.id
        WHERE a.worker = ? ORDER BY a.name, b.title', [$worker]));
}

function work(int $worker): array
{
    global $db;
    step('insert');
    $insert = $db->prepare('INSERT INTO authors (worker, name, score) VALUES (:worker, :name, :score)');
    $book = $db->prepare('INSERT INTO books (author_id, title, pages, published) VALUES (?, ?, ?, FROM_UNIXTIME(?))');
    $ids = [];
    foreach (["Ada $worker", "Bob $worker"] as $name) {
        $insert->execute(['worker' => $worker, 'name' => $name, 'score' => '1.50']);
        $ids[] = $id = (int)$db->lastInsertId();
        foreach ([0, 1, 2] as $i) {
            $book->execute([$id, "$name's \"book\" \\ ż🐬 $i", $i ? $i * 100 : null, 1700000000 + $i]);
        }
        show(query('SELECT name FROM authors WHERE id = ?', [$id]));
    }
    authors($worker);

    step('update');
    show(query('UPDATE authors SET score = score + 1 WHERE id = ?', [$ids[0]]));
    show(query('UPDATE authors SET score = 2.5 WHERE id = ?', [$ids[0]]));
    show(query('DELETE FROM books WHERE author_id = ? AND pages IS NULL', [$ids[1]]));

    step('query');
    show(query('SELECT a.name, COUNT(b.id) AS n, AVG(b.pages) AS p FROM authors a JOIN books b ON b.author_id = a.id WHERE a.worker = ?
        GROUP BY a.id, a.name HAVING n > ? ORDER BY a.name', [$worker, 1]));
    show(query('SELECT a.name, b.title FROM books b JOIN authors a ON a.id = b.author_id WHERE a.worker = ? AND b.pages BETWEEN ? AND ?
        ORDER BY b.title LIMIT 5', [$worker, 100, 150]));
    foreach (query('SELECT id FROM authors WHERE worker = ? ORDER BY name', [$worker]) as $row) {
        show(query('SELECT title, UNIX_TIMESTAMP(published) AS at FROM books WHERE author_id = ? ORDER BY title', [$row['id']]));
    }

    step('transactions');
    $db->beginTransaction();
    query('INSERT INTO authors (worker, name) VALUES (?, ?)', [$worker, 'committed']);
    $db->exec('SAVEPOINT one');
    failing(fn () => query('INSERT INTO authors (worker, name) VALUES (?, ?)', [$worker, 'committed']));
    $db->exec('ROLLBACK TO SAVEPOINT one');
    query('SELECT score FROM authors WHERE id = ? FOR UPDATE', [$ids[0]]);
    query('UPDATE authors SET score = score + 1 WHERE id = ?', [$ids[0]]);
    $db->commit();
    $db->beginTransaction();
    query('INSERT INTO authors (worker, name) VALUES (?, ?)', [$worker, 'rolled back']);
    $db->rollBack();
    $db->setAttribute(PDO::ATTR_AUTOCOMMIT, 0);
    query('INSERT INTO authors (worker, name) VALUES (?, ?)', [$worker, 'autocommit']);
    $db->commit();
    $db->setAttribute(PDO::ATTR_AUTOCOMMIT, 1);
    authors($worker);

    step('errors');
    failing(fn () => query('SELECT * FROM no_such_table'));
    failing(fn () => query('INSERT INTO authors (worker, name) VALUES (0, ?)', [str_repeat('x', 51)]));
    return [$insert, $book];
}

showSession();
if ($worker === 0) {
    migrate();
} else {
    [$insert, $book] = work($worker);
    wait();
    authors($worker);
    $insert->execute(['worker' => $worker, 'name' => 'after', 'score' => 3]);
    $id = $db->lastInsertId();
    $book->execute([$id, 'the last', 1, 1700000000]);
    show(query('SELECT name, title, published FROM authors a JOIN books b ON b.author_id = a.id WHERE a.id = ?', [$id]));
}
showSession();
step('end');
