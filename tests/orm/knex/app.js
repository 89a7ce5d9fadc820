// The application (see ../README.md) in knex, with mysql2.
'use strict';
const readline = require('readline');
const createKnex = require('knex');

const [host, port, user, password, database, role] = process.argv.slice(2);
const worker = role === 'migrate' ? 0 : Number(role);
const isolationLevel = worker % 2 ? 'read committed' : 'repeatable read';
const knex = createKnex({
    client: 'mysql2', connection: { host, port: Number(port), user, password, database, charset: 'utf8mb4', dateStrings: true },
    pool: {
        min: 2, max: 2, idleTimeoutMillis: 600000,
        afterCreate: (connection, done) => connection.query(`SET SESSION time_zone = '+0${worker}:00', group_concat_max_len = ${2048 + worker}`,
            (error) => done(error, connection)),
    },
});

const migrations = [{
    name: '1_tables',
    up: async (db) => {
        await db.schema.createTable('authors', (table) => {
            table.increments();
            table.integer('worker').notNullable();
            table.string('name', 50).notNullable();
            table.unique(['worker', 'name']);
        });
        await db.schema.createTable('books', (table) => {
            table.increments();
            table.integer('author_id').unsigned().notNullable().references('authors.id').onDelete('CASCADE');
            table.string('title', 100).notNullable();
            table.integer('pages');
            table.timestamp('published').nullable();
        });
    },
    down: (db) => db.schema.dropTable('books').dropTable('authors'),
}, {
    name: '2_score',
    up: (db) => db.schema.alterTable('authors', (table) => table.decimal('score', 8, 2).notNullable().defaultTo(0)),
    down: (db) => db.schema.alterTable('authors', (table) => table.dropColumn('score')),
}];
const migrationSource = {
    getMigrations: async () => migrations, getMigrationName: (migration) => migration.name, getMigration: async (migration) => migration,
};

const step = (title) => console.log('==', title);
const show = (value) => console.log(JSON.stringify(value));

async function showSession() {
    show((await knex.raw("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', "
        + "'autocommit', 'character_set_client', 'collation_connection', 'group_concat_max_len')"))[0]);
    show(await knex.select(knex.raw('FROM_UNIXTIME(?) AS at, DATABASE() AS db', [1700000000])));
}

const showAuthors = async () => show(await knex('authors').leftJoin('books', 'authors.id', 'author_id').where({ worker }).orderBy(['name', 'title'])
    .select('name', 'score', 'title', 'pages', 'published'));

async function failing(work) {
    try {
        show(await work());
    } catch (error) {
        show([error.errno, error.sqlState, error.sqlMessage]);
    }
}

function wait() {
    step('waiting');
    return new Promise((resolve) => readline.createInterface({ input: process.stdin }).once('line', resolve).once('close', resolve));
}

async function migrate() {
    step('migrate');
    show(await knex.migrate.latest({ migrationSource }));
    show(await knex.migrate.rollback({ migrationSource }));
    show(await knex.migrate.latest({ migrationSource }));
    show([await knex.schema.hasTable('authors'), await knex.schema.hasColumn('authors', 'score'), Object.entries(await knex('authors').columnInfo()).sort()]);
    await wait();
    show(await knex.migrate.list({ migrationSource }).then((lists) => lists.map((list) => list.map((m) => m.name))));
}

async function work() {
    step('insert');
    const ids = [];
    for (const name of [`Ada ${worker}`, `Bob ${worker}`]) {
        const [id] = await knex('authors').insert({ worker, name, score: '1.50' });
        ids.push(id);
        await knex('books').insert([0, 1, 2].map((i) => (
            { author_id: id, title: `${name}'s "book" \\ ż🐬 ${i}`, pages: i * 100 || null, published: knex.raw('FROM_UNIXTIME(?)', [1700000000]) })));
        show(await knex('authors').where({ id }).first('name'));
    }
    await showAuthors();

    step('update');
    show([await knex('authors').where('id', ids[0]).increment('score', 1), await knex('authors').where('id', ids[0]).update({ score: 2.5 })]);
    show(await knex('authors').insert({ worker, name: `Bob ${worker}`, score: 9 }).onConflict().merge().then(() => knex('authors').where('id', ids[1]).pluck('score')));
    show(await knex('books').where('author_id', ids[1]).whereNull('pages').del());

    step('query');
    show(await knex('authors').join('books', 'authors.id', 'author_id').where({ worker }).groupBy('authors.id').orderBy('name').select('name')
        .select(knex.raw("GROUP_CONCAT(title ORDER BY title SEPARATOR ';') AS titles")).count('* as n').avg('pages as p'));
    show(await Promise.all([100, 200].map((pages) => knex('books').whereIn('author_id', knex('authors').where({ worker }).select('id'))
        .where('pages', '>=', pages).orderBy('title').limit(2).pluck('title'))));
    show(await knex.with('mine', knex('authors').where({ worker })).from('mine').count('* as n').first());

    step('transactions');
    await knex.transaction(async (outer) => {
        await outer('authors').insert({ worker, name: 'committed' });
        await failing(() => outer.transaction((nested) => nested('authors').insert({ worker, name: 'committed' })));
        await outer('authors').where('id', ids[0]).forUpdate().first();
        await outer('authors').where('id', ids[0]).increment('score', 1);
    }, { isolationLevel });
    await knex.transaction(async (doomed) => {
        await doomed('authors').insert({ worker, name: 'rolled back' });
        throw new Error('not this');
    }).catch((error) => show(error.message));
    show(await knex('authors').where({ worker }).orderBy('name').select('name', 'score'));

    step('errors');
    await failing(() => knex('no_such_table'));
    await failing(() => knex('authors').insert({ worker: 0, name: 'x'.repeat(51) }));
}

(async () => {
    await showSession();
    if (worker === 0) {
        await migrate();
    } else {
        await work();
        await wait();
        await showAuthors();
        const [id] = await knex('authors').insert({ worker, name: 'after' });
        show(await knex('authors').where({ id }).first('name'));
    }
    await showSession();
    await knex.destroy();
    step('end');
    process.exit();
})().catch((error) => {
    console.error(error);
    process.exit(1);
});
