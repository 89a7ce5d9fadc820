<?php
// The application (see ../README.md) in Doctrine ORM and DBAL: by pdo_mysql when the worker is odd, by mysqli when it is even.
require 'Doctrine/ORM/autoload.php';
require __DIR__ . '/entities.php';

use Doctrine\Common\Proxy\AbstractProxyFactory;
use Doctrine\DBAL\DriverManager;
use Doctrine\DBAL\Exception\DriverException;
use Doctrine\DBAL\LockMode;
use Doctrine\DBAL\Schema\Column;
use Doctrine\DBAL\TransactionIsolationLevel;
use Doctrine\ORM\Configuration;
use Doctrine\ORM\EntityManager;
use Doctrine\ORM\Mapping\Driver\AttributeDriver;
use Doctrine\ORM\Tools\SchemaTool;

[, $host, $port, $user, $password, $database, $role] = $argv;
$worker = $role === 'migrate' ? 0 : (int)$role;
$settings = "SET time_zone = '+0$worker:00', sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')";
$db = DriverManager::getConnection([
    'host' => $host, 'port' => (int)$port, 'user' => $user, 'password' => $password, 'dbname' => $database, 'charset' => 'utf8mb4',
] + ($worker % 2
    ? ['driver' => 'pdo_mysql', 'driverOptions' => [PDO::MYSQL_ATTR_INIT_COMMAND => $settings, PDO::ATTR_EMULATE_PREPARES => false]]
    : ['driver' => 'mysqli', 'driverOptions' => [MYSQLI_INIT_COMMAND => $settings]]));
$db->setTransactionIsolation($worker % 2 ? TransactionIsolationLevel::READ_COMMITTED : TransactionIsolationLevel::REPEATABLE_READ);
$db->setNestTransactionsWithSavepoints(true);
$configuration = new Configuration();
$configuration->setMetadataDriverImpl(new AttributeDriver([__DIR__]));
$configuration->setProxyDir(sys_get_temp_dir());
$configuration->setProxyNamespace('Proxies');
$configuration->setAutoGenerateProxyClasses(AbstractProxyFactory::AUTOGENERATE_EVAL);
$entities = new EntityManager($db, $configuration);

function step(string $title): void { echo "== $title\n"; }
function show(mixed $value): void { echo json_encode($value, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n"; }

function wait(): void
{
    step('waiting');
    fgets(STDIN);
}

function showSession(): void
{
    global $db;
    show($db->fetchAllKeyValue("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', "
        . "'autocommit', 'character_set_client', 'collation_connection')"));
    show($db->fetchAssociative('SELECT FROM_UNIXTIME(?) AS "at", DATABASE() AS "db"', [1700000000]));
}

function failing(callable $work): void
{
    try {
        show($work());
    } catch (DriverException $error) {
        show([$error::class, $error->getCode(), $error->getSQLState()]);
    }
}

function showAuthors(int $worker): void
{
    global $entities;
    $entities->clear();
    show(array_map(
        fn (Author $a) => [$a->name, $a->score, $a->books->map(fn (Book $b) => [$b->title, $b->pages, $b->published->format('c'), $b->tags[0]->name])->toArray()],
        $entities->getRepository(Author::class)->findBy(['worker' => $worker], ['name' => 'ASC'])));
}

function migrate(): void
{
    global $entities, $db;
    step('migrate');
    $tool = new SchemaTool($entities);
    $classes = $entities->getMetadataFactory()->getAllMetadata();
    show($tool->getCreateSchemaSql($classes));
    $tool->createSchema($classes);
    foreach (['long', 'short', 'ż🐬'] as $name) {
        $entities->persist(new Tag($name));
    }
    $entities->flush();
    $names = $db->createSchemaManager()->listTableNames();
    sort($names);
    show($names);
    show(array_map(fn (Column $c) => $c->toArray(), $db->createSchemaManager()->listTableColumns('authors')));
    wait();
    show($tool->getUpdateSchemaSql($classes));
    $tool->updateSchema($classes);
}

function work(int $worker): void
{
    global $entities, $db;
    step('insert');
    $tag = fn (string $name) => $entities->getRepository(Tag::class)->findOneBy(['name' => $name]);
    $authors = [new Author($worker, "Ada $worker"), new Author($worker, "Bob $worker")];
    foreach ($authors as $author) {
        foreach ([0, 1, 2] as $i) {
            new Book($author, "$author->name's \"book\" \\ ż🐬 $i", $i ? $i * 100 : null, new DateTimeImmutable('2024-02-29 01:02:03'),
                $tag($i > 1 ? 'long' : 'short'));
        }
        $entities->persist($author);
    }
    $entities->flush();
    [$ada, $bob] = [$authors[0]->id, $authors[1]->id];
    show($db->fetchFirstColumn('SELECT name FROM authors WHERE id IN (?) ORDER BY id', [[$ada, $bob]], [\Doctrine\DBAL\Connection::PARAM_INT_ARRAY]));
    showAuthors($worker);

    step('update');
    show($entities->createQuery('UPDATE Author a SET a.score = a.score + 1 WHERE a.id = :id')->execute(['id' => $ada]));
    show($db->update('authors', ['score' => 2.5], ['id' => $ada]));
    $entities->find(Author::class, $bob)->score = '9.00';
    $entities->remove($entities->find(Author::class, $bob)->books[0]);
    $entities->flush();

    step('query');
    show($entities->createQuery('SELECT a.name, a.score, COUNT(b.id) AS n, AVG(b.pages) AS p FROM Author a JOIN a.books b WHERE a.worker = :worker
        GROUP BY a.id ORDER BY a.name')->execute(['worker' => $worker]));
    show(array_map(fn (Book $b) => [$b->author->name, $b->title, $b->tags->count()],
        $entities->createQuery("SELECT b, a FROM Book b JOIN b.author a JOIN b.tags t WHERE a.worker = ?1 AND t.name = 'long' ORDER BY b.title")
            ->setMaxResults(5)->execute([1 => $worker])));
    show($db->createQueryBuilder()->select('title')->from('books', 'b')->join('b', 'authors', 'a', 'a.id = b.author_id')->where('a.worker = :worker')
        ->orderBy('title')->setParameter('worker', $worker)->fetchFirstColumn());

    step('transactions');
    $entities->wrapInTransaction(function () use ($entities, $db, $worker, $ada): void {
        $db->insert('authors', ['worker' => $worker, 'name' => 'committed']);
        failing(fn () => $db->transactional(fn () => $db->insert('authors', ['worker' => $worker, 'name' => 'committed'])));
        $locked = $entities->find(Author::class, $ada, LockMode::PESSIMISTIC_WRITE);
        $locked->score = '4.25';
    });
    $db->beginTransaction();
    $db->insert('authors', ['worker' => $worker, 'name' => 'rolled back']);
    $db->rollBack();
    show($db->fetchAllKeyValue('SELECT name, score FROM authors WHERE worker = ? ORDER BY name', [$worker]));

    step('errors');
    failing(fn () => $db->fetchOne('SELECT * FROM no_such_table'));
    failing(fn () => $db->insert('authors', ['worker' => 0, 'name' => str_repeat('x', 51)]));
}

showSession();
if ($worker === 0) {
    migrate();
} else {
    work($worker);
    wait();
    showAuthors($worker);
    $entities->persist($after = new Author($worker, 'after'));
    $entities->flush();
    show($db->fetchOne('SELECT name FROM authors WHERE id = ?', [$after->id]));
}
showSession();
step('end');
