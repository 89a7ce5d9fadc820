// The application (see ../README.md) in TypeORM, with mysql2.
'use strict';
const readline = require('readline');
const { DataSource, EntitySchema, MoreThan, QueryFailedError } = require('typeorm');

const [host, port, user, password, database, role] = process.argv.slice(2);
const worker = role === 'migrate' ? 0 : Number(role);
const isolation = worker % 2 ? 'READ COMMITTED' : 'REPEATABLE READ';

const Author = new EntitySchema({
    name: 'author',
    columns: {
        id: { type: 'int', primary: true, generated: true }, worker: { type: 'int' }, name: { type: 'varchar', length: 50 },
        score: { type: 'decimal', precision: 8, scale: 2, default: 0 }, createdAt: { type: 'datetime', createDate: true, select: false },
    },
    uniques: [{ columns: ['worker', 'name'] }],
    relations: { books: { type: 'one-to-many', target: 'book', inverseSide: 'author', cascade: true } },
});
const Book = new EntitySchema({
    name: 'book',
    columns: {
        id: { type: 'int', primary: true, generated: true }, title: { type: 'varchar', length: 100 }, pages: { type: 'int', nullable: true },
        published: { type: 'timestamp', nullable: true },
    },
    relations: {
        author: { type: 'many-to-one', target: 'author', inverseSide: 'books' },
        tags: { type: 'many-to-many', target: 'tag', joinTable: true },
    },
});
const Tag = new EntitySchema({
    name: 'tag', columns: { id: { type: 'int', primary: true, generated: true }, name: { type: 'varchar', length: 50, unique: true } },
});
class AddNote1700000000000 {
    up(runner) { return runner.query('ALTER TABLE `author` ADD `note` varchar(20) NULL'); }

    down(runner) { return runner.query('ALTER TABLE `author` DROP COLUMN `note`'); }
}

const db = new DataSource({
    type: 'mysql', connectorPackage: 'mysql2', host, port: Number(port), username: user, password, database, charset: 'utf8mb4_unicode_ci',
    timezone: 'Z', dateStrings: true, entities: [Author, Book, Tag], migrations: [AddNote1700000000000], poolSize: 2,
});

const step = (title) => console.log('==', title);
const show = (value) => console.log(JSON.stringify(value));

async function showSession() {
    show(await db.query("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', "
        + "'autocommit', 'character_set_client', 'collation_connection')"));
    show(await db.query('SELECT FROM_UNIXTIME(?) AS at, DATABASE() AS db', [1700000000]));
}

const showAuthors = async () => show(await db.getRepository(Author).find({
    where: { worker }, relations: { books: { tags: true } }, order: { name: 'ASC', books: { title: 'ASC' } },
    select: { name: true, score: true, books: { title: true, pages: true, published: true, tags: { name: true } } },
}));

async function failing(work) {
    try {
        show(await work());
    } catch (error) {
        show([error instanceof QueryFailedError, error.errno, error.sqlState, error.sqlMessage]);
    }
}

function wait() {
    step('waiting');
    return new Promise((resolve) => readline.createInterface({ input: process.stdin }).once('line', resolve).once('close', resolve));
}

async function migrate() {
    step('migrate');
    await db.synchronize();
    show((await db.runMigrations()).map((migration) => migration.name));
    await db.getRepository(Tag).insert(['long', 'short', 'ż🐬'].map((name) => ({ name })));
    show((await db.driver.createSchemaBuilder().log()).upQueries.map((query) => query.query).sort());
    await wait();
    show(await db.showMigrations());
}

async function work() {
    const [authors, books] = [db.getRepository(Author), db.getRepository(Book)];
    step('insert');
    const tags = Object.fromEntries((await db.getRepository(Tag).find()).map((tag) => [tag.name, tag]));
    const [ada, bob] = await authors.save([`Ada ${worker}`, `Bob ${worker}`].map((name) => ({
        worker, name, books: [0, 1, 2].map((i) => (
            { title: `${name}'s "book" \\ ż🐬 ${i}`, pages: i * 100 || null, published: new Date(1700000000000), tags: [tags[i > 1 ? 'long' : 'short']] })),
    })));
    show([(await authors.findOneBy({ id: ada.id })).name, (await authors.findOneBy({ id: bob.id })).name]);
    await showAuthors();

    step('update');
    show([(await authors.increment({ id: ada.id }, 'score', 1)).affected, (await authors.update(ada.id, { score: 2.5 })).affected]);
    await authors.upsert({ worker, name: bob.name, score: 9 }, ['worker', 'name']);
    await books.remove(await books.findOneBy({ title: `${bob.name}'s "book" \\ ż🐬 0` }));

    step('query');
    show(await authors.createQueryBuilder('a').innerJoin('a.books', 'b').where('a.worker = :worker', { worker }).groupBy('a.id').orderBy('a.name')
        .select(['a.name AS name', 'COUNT(b.id) AS n', 'AVG(b.pages) AS p']).getRawMany());
    show(await Promise.all([100, 150].map((pages) => books.findAndCount({
        where: { author: { worker }, pages: MoreThan(pages) }, order: { title: 'ASC' }, take: 2, select: { id: true, title: true, pages: true },
    }).then(([found, count]) => [found.map((b) => [b.title, b.pages]), count]))));

    step('transactions');
    await db.transaction(isolation, async (outer) => {
        await outer.insert(Author, { worker, name: 'committed' });
        await failing(() => outer.transaction((nested) => nested.insert(Author, { worker, name: 'committed' })));
        await outer.findOne(Author, { where: { id: ada.id }, lock: { mode: 'pessimistic_write' } });
        await outer.increment(Author, { id: ada.id }, 'score', 1);
    });
    await db.transaction(async (doomed) => {
        await doomed.insert(Author, { worker, name: 'rolled back' });
        throw new Error('not this');
    }).catch((error) => show(error.message));
    show(await authors.find({ where: { worker }, order: { name: 'ASC' }, select: { name: true, score: true } }));

    step('errors');
    await failing(() => db.query('SELECT * FROM no_such_table'));
    await failing(() => authors.insert({ worker: 0, name: 'x'.repeat(51) }));
}

(async () => {
    await db.initialize();
    const settings = `SET SESSION time_zone = '+0${worker}:00'`;
    db.driver.pool.on('connection', (connection) => connection.query(settings));
    await db.query(settings);
    await showSession();
    if (worker === 0) {
        await migrate();
    } else {
        await work();
        await wait();
        await showAuthors();
        const after = await db.getRepository(Author).save({ worker, name: 'after' });
        show((await db.getRepository(Author).findOneBy({ id: after.id })).name);
    }
    await showSession();
    await db.destroy();
    step('end');
    process.exit();
})().catch((error) => {
    console.error(error);
    process.exit(1);
});
