// The application (see ../README.md) in Sequelize, with mysql2.
'use strict';
const readline = require('readline');
const { Sequelize, DataTypes, Op, Transaction, UniqueConstraintError } = require('sequelize');

const [host, port, user, password, database, role] = process.argv.slice(2);
const worker = role === 'migrate' ? 0 : Number(role);
const isolationLevel = worker % 2 ? Transaction.ISOLATION_LEVELS.READ_COMMITTED : Transaction.ISOLATION_LEVELS.REPEATABLE_READ;
const db = new Sequelize(database, user, password, {
    host, port: Number(port), dialect: 'mysql', logging: false, timezone: `+0${worker}:00`, isolationLevel,
    pool: { min: 2, max: 2, idle: 600000, evict: 600000 }, dialectOptions: { charset: 'utf8mb4_unicode_ci' },
});

const Author = db.define('author', {
    worker: { type: DataTypes.INTEGER, allowNull: false, unique: 'author_name' },
    name: { type: DataTypes.STRING(50), allowNull: false, unique: 'author_name' },
    score: { type: DataTypes.DECIMAL(8, 2), allowNull: false, defaultValue: 0 },
}, { timestamps: false });
const Book = db.define('book', {
    title: { type: DataTypes.STRING(100), allowNull: false }, pages: DataTypes.INTEGER, published: DataTypes.DATE(3),
}, { timestamps: false });
const Tag = db.define('tag', { name: { type: DataTypes.STRING(50), allowNull: false, unique: true } }, { timestamps: false });
Author.hasMany(Book);
Book.belongsTo(Author);
Book.belongsToMany(Tag, { through: 'book_tags', timestamps: false });
Tag.belongsToMany(Book, { through: 'book_tags', timestamps: false });

const step = (title) => console.log('==', title);
const show = (value) => console.log(JSON.stringify(value));

async function showSession() {
    show(await db.query("SHOW SESSION VARIABLES WHERE Variable_name IN ('time_zone', 'sql_mode', 'transaction_isolation', 'tx_isolation', "
        + "'autocommit', 'character_set_client', 'collation_connection')", { type: Sequelize.QueryTypes.SELECT }));
    show(await db.query('SELECT CAST(FROM_UNIXTIME(?) AS CHAR) AS at, DATABASE() AS db', { type: Sequelize.QueryTypes.SELECT, replacements: [1700000000] }));
    show(await db.query('SELECT CAST(FROM_UNIXTIME($1) AS CHAR) AS at', { type: Sequelize.QueryTypes.SELECT, bind: [1700000000] }));
}

async function showAuthors() {
    show(await Author.findAll({
        where: { worker }, attributes: ['name', 'score'], order: ['name', [Book, 'title'], [Book, Tag, 'name']],
        include: { model: Book, attributes: ['title', 'pages', 'published'], include: { model: Tag, attributes: ['name'], through: { attributes: [] } } },
    }));
}

async function failing(work) {
    try {
        show(await work());
    } catch (error) {
        show([error.name, error.parent?.errno, error.parent?.sqlState, error.parent?.sqlMessage]);
    }
}

function wait() {
    step('waiting');
    return new Promise((resolve) => readline.createInterface({ input: process.stdin }).once('line', resolve).once('close', resolve));
}

async function migrate() {
    step('migrate');
    await db.sync();
    await db.getQueryInterface().addColumn('authors', 'note', { type: DataTypes.STRING(20) });
    await Tag.bulkCreate(['long', 'short', 'ż🐬'].map((name) => ({ name })));
    show((await db.getQueryInterface().showAllTables()).sort());
    show(await db.getQueryInterface().describeTable('authors'));
    show((await db.getQueryInterface().showIndex('authors')).map((i) => [i.name, i.unique, i.fields.map((f) => f.attribute)]));
    await wait();
    await db.sync({ alter: true });
    show(await db.getQueryInterface().describeTable('authors'));
}

async function work() {
    step('insert');
    const ada = await Author.create({ worker, name: `Ada ${worker}`, score: 1.5 });
    const [bob, made] = await Author.findOrCreate({ where: { worker, name: `Bob ${worker}` } });
    show([made, (await Author.findByPk(ada.id)).name, (await Author.findByPk(bob.id)).name]);
    for (const author of [ada, bob]) {
        for (const i of [0, 1, 2]) {
            const book = await author.createBook({ title: `${author.name}'s "book" \\ ż🐬 ${i}`, pages: i * 100 || null, published: new Date(1700000000123) });
            await book.addTag(await Tag.findOne({ where: { name: i > 1 ? 'long' : 'short' } }));
        }
    }
    await showAuthors();

    step('update');
    show(await Author.increment('score', { where: { id: ada.id } }));
    show(await Author.update({ score: 2.5 }, { where: { id: ada.id } }));
    show(await Author.upsert({ worker, name: bob.name, score: 9 }).then(([author]) => [author.name, author.score]));
    const first = await Book.findOne({ where: { authorId: bob.id }, order: ['title'] });
    await first.setTags([]);
    await first.destroy();

    step('query');
    show(await Author.findAll({
        where: { worker }, raw: true, group: ['author.id'], order: ['name'], includeIgnoreAttributes: false, include: Book,
        attributes: ['name', [db.fn('COUNT', db.col('books.id')), 'n'], [db.fn('AVG', db.col('books.pages')), 'p']],
    }));
    show(await Promise.all([100, 200].map((pages) => Book.findAndCountAll({
        where: { pages: { [Op.gte]: pages } }, include: { model: Author, where: { worker }, attributes: ['name'] }, attributes: ['title', 'published'],
        order: ['title'], limit: 2,
    }))));

    step('transactions');
    await db.transaction(async (transaction) => {
        await Author.create({ worker, name: 'committed' }, { transaction });
        await failing(() => db.transaction({ transaction }, (nested) => Author.create({ worker, name: 'committed' }, { transaction: nested })));
        const locked = await Author.findByPk(ada.id, { transaction, lock: transaction.LOCK.UPDATE });
        await locked.increment('score', { transaction });
    });
    await db.transaction(async (transaction) => {
        await Author.create({ worker, name: 'rolled back' }, { transaction });
        throw new Error('not this');
    }).catch((error) => show(error.message));
    show(await Author.findAll({ where: { worker }, attributes: ['name', 'score'], order: ['name'] }));

    step('errors');
    await failing(() => db.query('SELECT * FROM no_such_table'));
    await failing(() => Author.create({ worker: 0, name: 'x'.repeat(51) }));
    await failing(() => Author.create({ worker, name: ada.name }).catch((error) => {
        show(error instanceof UniqueConstraintError);
        throw error;
    }));
}

(async () => {
    await showSession();
    if (worker === 0) {
        await migrate();
    } else {
        await work();
        await wait();
        await showAuthors();
        const after = await Author.create({ worker, name: 'after' });
        show((await Author.findByPk(after.id)).name);
    }
    await showSession();
    await db.close();
    step('end');
    process.exit();
})().catch((error) => {
    console.error(error);
    process.exit(1);
});
