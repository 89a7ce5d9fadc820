<?php
// The application (see ../README.md) in Laravel's database layer: query builder, schema builder and Eloquent.
require 'Illuminate/Database/autoload.php';
require __DIR__ . '/models.php';

use Illuminate\Database\Capsule\Manager as DB;
use Illuminate\Database\QueryException;
use Illuminate\Database\Schema\Blueprint;
use Illuminate\Support\Carbon;

[, $host, $port, $user, $password, $database, $role] = $argv;
$worker = $role === 'migrate' ? 0 : (int)$role;
$manager = new DB();
$manager->addConnection([
    'driver' => 'mysql', 'host' => $host, 'port' => $port, 'database' => $database, 'username' => $user, 'password' => $password,
    'charset' => 'utf8mb4', 'collation' => 'utf8mb4_unicode_ci', 'strict' => true, 'timezone' => "+0$worker:00",
    'isolation_level' => $worker % 2 ? 'READ COMMITTED' : 'REPEATABLE READ',
]);
$manager->setAsGlobal();
$manager->bootEloquent();

// Timestamps change with the second, and with them how many rows an update changes.
Carbon::setTestNow('2024-02-29 01:02:03');

function step(string $title): void { echo "== $title\n"; }
function show(mixed $value): void { echo json_encode($value, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n"; }

function wait(): void
{
    step('waiting');
    fgets(STDIN);
}

function showSession(): void
{
    show(DB::select("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', "
        . "'autocommit', 'character_set_client', 'collation_connection')"));
    show(DB::select('SELECT FROM_UNIXTIME(?) AS at, DATABASE() AS db', [1700000000]));
}

function failing(callable $work): void
{
    try {
        show($work());
    } catch (QueryException $error) {
        show([$error->getCode(), $error->errorInfo]);
    }
}

function migrate(): void
{
    step('migrate');
    $schema = DB::schema();
    $schema->create('authors', function (Blueprint $table): void {
        $table->id();
        $table->integer('worker');
        $table->string('name', 50);
        $table->timestamps();
        $table->unique(['worker', 'name']);
    });
    $schema->create('books', function (Blueprint $table): void {
        $table->id();
        $table->foreignId('author_id')->constrained();
        $table->string('title', 100);
        $table->integer('pages')->nullable();
        $table->timestamp('published')->nullable();
    });
    $schema->create('tags', function (Blueprint $table): void {
        $table->id();
        $table->string('name', 50)->unique();
    });
    $schema->create('book_tag', function (Blueprint $table): void {
        $table->foreignId('book_id')->constrained()->cascadeOnDelete();
        $table->foreignId('tag_id')->constrained();
        $table->primary(['book_id', 'tag_id']);
    });
    $schema->disableForeignKeyConstraints();
    $schema->table('authors', fn (Blueprint $table) => $table->decimal('score')->default(0));
    $schema->enableForeignKeyConstraints();
    DB::table('tags')->insert(array_map(fn (string $name) => ['name' => $name], ['long', 'short', 'ż🐬']));
    $columns = $schema->getColumnListing('authors');
    sort($columns);
    show([$schema->hasTable('authors'), $schema->hasTable('nothing'), $columns]);
    wait();
    show($schema->hasColumn('authors', 'score'));
}

function showAuthors(int $worker): void
{
    show(Author::with(['books' => fn ($books) => $books->orderBy('title'), 'books.tags'])->where('worker', $worker)->orderBy('name')->get()
        ->map(fn (Author $a) => [$a->name, $a->score, $a->books->map(fn (Book $b) => [$b->title, $b->pages, $b->published, $b->tags->pluck('name')])]));
}

function work(int $worker): void
{
    step('insert');
    $ada = Author::create(['worker' => $worker, 'name' => "Ada $worker", 'score' => 1.5]);
    $bob = Author::firstOrCreate(['worker' => $worker, 'name' => "Bob $worker"]);
    show([Author::find($ada->id)->name, Author::find($bob->id)->name, Author::firstOrCreate(['worker' => $worker, 'name' => $bob->name])->wasRecentlyCreated]);
    foreach ([$ada, $bob] as $author) {
        foreach ([0, 1, 2] as $i) {
            $book = $author->books()->create(['title' => "$author->name's \"book\" \\ ż🐬 $i", 'pages' => $i ? $i * 100 : null,
                'published' => '2024-02-29 01:02:03']);
            $book->tags()->attach(Tag::where('name', $i > 1 ? 'long' : 'short')->value('id'));
        }
    }
    showAuthors($worker);

    step('update');
    show([$ada->increment('score'), Author::whereKey($ada->id)->update(['score' => 2.5])]);
    show(DB::table('authors')->upsert([['worker' => $worker, 'name' => $bob->name, 'score' => 9]], ['worker', 'name'], ['score']));
    show($bob->books()->whereNull('pages')->delete());

    step('query');
    show(Author::withCount('books')->withAvg('books', 'pages')->where('worker', $worker)->orderBy('name')->get(['name', 'score'])
        ->makeHidden(['id', 'created_at', 'updated_at']));
    show(DB::table('books')->join('authors', 'authors.id', '=', 'author_id')->where('worker', $worker)->whereBetween('pages', [100, 150])
        ->orderBy('title')->get(['authors.name', 'title', DB::raw('UNIX_TIMESTAMP(published) AS at')]));
    show(Book::whereHas('author', fn ($authors) => $authors->where('worker', $worker))->whereHas('tags', fn ($tags) => $tags->where('name', 'long'))
        ->orderBy('title')->pluck('title'));

    step('transactions');
    DB::transaction(function () use ($worker, $ada): void {
        Author::create(['worker' => $worker, 'name' => 'committed']);
        failing(fn () => DB::transaction(fn () => Author::create(['worker' => $worker, 'name' => 'committed'])));
        $locked = Author::lockForUpdate()->find($ada->id);
        $locked->score += 1;
        $locked->save();
    });
    try {
        DB::transaction(function () use ($worker): void {
            Author::create(['worker' => $worker, 'name' => 'rolled back']);
            throw new RuntimeException('not this');
        });
    } catch (RuntimeException $error) {
        show($error->getMessage());
    }
    show(Author::where('worker', $worker)->orderBy('name')->pluck('score', 'name'));

    step('errors');
    failing(fn () => DB::select('SELECT * FROM no_such_table'));
    failing(fn () => Author::create(['worker' => 0, 'name' => str_repeat('x', 51)]));
}

showSession();
if ($worker === 0) {
    migrate();
} else {
    work($worker);
    wait();
    showAuthors($worker);
    show(Author::find(Author::create(['worker' => $worker, 'name' => 'after'])->id)->name);
}
showSession();
step('end');
