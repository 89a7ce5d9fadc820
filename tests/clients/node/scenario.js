// The client scenario (see ../README.md) in mysql2.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const mysql = require('mysql2/promise');

const [host, port, user, password, database, tls] = process.argv.slice(2);
const thousands = Math.floor(Number(process.env.SCENARIO_ROWS || 1000000) / 1000);
const bytes = Number(process.env.SCENARIO_BYTES || 40000000);

const open = [];
async function connect(options = {}) {
    const connection = await mysql.createConnection({
        host, port: Number(port), user, password, database, charset: 'utf8mb4', multipleStatements: true, supportBigNumbers: true,
        bigNumberStrings: true, dateStrings: true, ssl: tls === '1' ? { rejectUnauthorized: false } : undefined,
        infileStreamFactory: (name) => fs.createReadStream(name), ...options,
    });
    connection.connection.on('error', () => { });
    open.push(connection);
    return connection;
}

const print = (...parts) => console.log(parts.join(' '));
const show = (value) => Buffer.isBuffer(value) ? `x${value.toString('hex')}` : `${typeof value} ${JSON.stringify(value)}`;
const showError = (error) => print('  error', error.errno, error.sqlState, error.code, error.sqlMessage ?? '');

function showResult(result, fields) {
    if (!fields) {
        print('  ok affected', result.affectedRows, 'changed', result.changedRows, 'id', result.insertId, 'warnings', result.warningStatus,
            result.info);
        return;
    }
    for (const f of fields) {
        print('  column', f.name, f.orgName, f.table, f.orgTable, f.schema, f.catalog, `charset=${f.characterSet} length=${f.columnLength}`,
            `type=${f.columnType} flags=${f.flags} decimals=${f.decimals}`);
    }
    for (const row of result) {
        print('  row', row.map(show).join(' | '));
    }
}

async function send(title, work) {
    print(title);
    try {
        const [result, fields] = await work();
        const several = Array.isArray(fields) && fields.some((f) => f === undefined || Array.isArray(f));
        if (several) {
            fields.forEach((f, i) => showResult(result[i], f));
        } else {
            showResult(result, fields);
        }
    } catch (error) {
        showError(error);
    }
}

const run = (connection, sql) => send(`> ${sql}`, () => connection.query({ sql, rowsAsArray: true }));
const bound = (connection, sql, values) => send(`? ${sql}`, () => connection.execute({ sql, values, rowsAsArray: true }));
const valueOf = async (connection, sql) => (await connection.query({ sql, rowsAsArray: true }))[0][0][0];

async function streamed(connection, sql, each) {
    const stream = connection.connection.query({ sql, rowsAsArray: true }).stream();
    for await (const row of stream) {
        each(row);
    }
}

async function main() {
    print('== connect');
    const link = await connect();
    print('id is the one told:', Number(await valueOf(link, 'SELECT CONNECTION_ID()')) === link.threadId);

    print('== statements');
    for (const sql of fs.readFileSync('scenario.sql', 'utf8').trimEnd().split('\n')) {
        await run(link, sql);
    }
    await link.changeUser({ database });
    await run(link, 'SELECT DATABASE()');

    print('== prepared statements');
    for (const table of ['whole', 'real_numbers', 'times', 'texts', 'shapes']) {
        await bound(link, `SELECT * FROM ${table} WHERE id >= ? ORDER BY id`, [0]);
    }
    await run(link, 'CREATE TABLE bound (n BIGINT UNSIGNED, d DECIMAL(20,5), s VARCHAR(100), b VARBINARY(100), t DATETIME(6), j JSON)');
    const insert = 'INSERT INTO bound VALUES (?, ?, ?, ?, ?, ?)';
    await bound(link, insert, ['18446744073709551615', '1.25', 'ż\'🐬\\', Buffer.from([0, 255]), '2024-02-29 01:02:03.5', { a: [1] }]);
    await bound(link, insert, [null, null, null, null, null, null]);
    await bound(link, 'INSERT INTO bound (n) VALUES (?)', [-1]);
    await bound(link, 'SELECT * FROM bound');
    await bound(link, 'SELECT ? + 1, ? AS s, ? AS n', [41, 'text', null]);
    await bound(link, 'SELECT FROM WHERE');
    await bound(link, 'CALL several(?, @q)', [9]);
    await bound(link, 'SELECT * FROM bound');
    link.unprepare('SELECT * FROM bound');
    await run(link, 'ALTER TABLE bound ADD COLUMN added INT DEFAULT 3');
    await bound(link, 'SELECT * FROM bound');

    print('== big value');
    await run(link, 'CREATE TABLE big (v LONGBLOB)');
    const value = Buffer.alloc(bytes, Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 31 + 7) & 255)));
    await send('insert', () => link.execute('INSERT INTO big VALUES (?)', [value]));
    const [[[back, hash]]] = await link.execute({ sql: 'SELECT v, SHA2(v, 256) FROM big', rowsAsArray: true });
    print(back.length, back.equals(value), crypto.createHash('sha256').update(back).digest('hex') === hash, hash);
    await run(link, 'TRUNCATE big');

    print('== many rows');
    let [count, sum, length] = [0, 0, 0];
    await streamed(link, `SELECT a.n * 1000 + b.n, CONCAT('row ', a.n * 1000 + b.n) FROM numbers a, numbers b WHERE a.n < ${thousands}`, (row) => {
        count++;
        sum += Number(row[0]);
        length += row[1].length;
    });
    print(count, sum, length);

    print('== load data');
    await run(link, 'CREATE TABLE loaded (id INT PRIMARY KEY, t VARCHAR(50), n INT) CHARACTER SET utf8mb4');
    await run(link, "LOAD DATA LOCAL INFILE 'load.tsv' IGNORE INTO TABLE loaded CHARACTER SET utf8mb4");
    await run(link, 'SHOW WARNINGS');
    await run(link, 'SELECT * FROM loaded ORDER BY id');

    print('== transactions');
    for (const [end, k] of [['rollback', 80], ['commit', 81]]) {
        await link.beginTransaction();
        await bound(link, 'INSERT INTO ids (k, v) VALUES (?, ?)', [k, 'api']);
        await link[end]();
    }
    await run(link, 'SELECT k FROM ids WHERE k IN (80, 81)');

    print('== found rows');
    for (const flags of ['+FOUND_ROWS', '-FOUND_ROWS']) {
        await run(await connect({ flags: [flags] }), 'UPDATE ids SET v = v WHERE k <= 3');
    }

    print('== character sets');
    const latin = await connect({ charset: 'LATIN1_SWEDISH_CI' });
    await run(latin, "SELECT HEX('é'), vl, @@character_set_client, @@collation_connection FROM texts WHERE id = 1");

    print('== several commands at once');
    await Promise.all([run(link, 'SELECT 1'), run(link, 'SELEC 2'), run(link, 'SELECT 3'), bound(link, 'SELECT ? + 1', [3]), link.ping()]);

    print('== reset and change user');
    for (const [name, renew] of [['reset', () => link.reset()], ['change user', () => link.changeUser({ user, password, database })]]) {
        await run(link, "SET @mine = 1, SESSION sql_mode = ''");
        await run(link, 'CREATE TEMPORARY TABLE mine (a INT)');
        await renew();
        print(name);
        await run(link, "SELECT @mine, @@sql_mode = '', DATABASE(), LAST_INSERT_ID()");
        await run(link, 'SELECT * FROM mine');
        await bound(link, 'SELECT * FROM bound');
    }

    print('== kill');
    const victim = await connect();
    const slow = run(victim, 'SELECT COUNT(*) AS sum_of_three FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n < 0');
    const watch = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE CONCAT('%sum_of', '_three%')";
    while (Number(await valueOf(link, watch)) === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const killed = link.query(`KILL QUERY ${victim.threadId}`);
    await slow;
    await killed;
    await run(victim, "SELECT 'alive'");
    await run(link, 'KILL QUERY 4194303');

    print('== ping');
    await link.ping();
    await run(link, 'SELECT ROW_COUNT()');

    print('== refused');
    for (const wrong of [{ password: 'wrong' }, { database: 'no_such_database' }, { user: 'nobody' }]) {
        await connect(wrong).catch(showError);
    }
    await Promise.all(open.map((connection) => connection.end()));
    print('== end');
}

main().catch((error) => {
    console.log(error);
    process.exit(1);
});
