namespace Pool.Live.Tests.Twin;

/// <summary>
/// What keeps a connection: how it begins, what may happen in it, and how it ends. Only so many clients at a time are in one,
/// or the pool would be empty. <c>{c}</c> stands for the client's number.
/// </summary>
/// <param name="Begin">One of these begins it.</param>
/// <param name="Within">Any of these, any number of times.</param>
/// <param name="End">One of these ends it; none: the session is reset.</param>
internal sealed record TwinEpisode(string[] Begin, string[] Within, string[] End)
{
    /// <summary>The episodes of both kinds of server.</summary>
    public static TwinEpisode[] All { get; } =
    [
        new(["BEGIN", "START TRANSACTION", "START TRANSACTION READ ONLY", "START TRANSACTION WITH CONSISTENT SNAPSHOT", "SET autocommit = 0", "SET @@autocommit=0, sort_buffer_size=350000", "CALL p_begin()"],
            ["SAVEPOINT a", "SAVEPOINT b", "ROLLBACK TO SAVEPOINT a", "RELEASE SAVEPOINT a", "INSERT INTO t (v) VALUES ({n})", "SELECT COUNT(*) FROM t", "SET sort_buffer_size = 360000", "COMMIT AND CHAIN", "ROLLBACK TO nowhere", "SELECT * FROM t FOR UPDATE", "CREATE TABLE IF NOT EXISTS extra (a INT)", "SET time_zone = '+06:00'", "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"],
            ["COMMIT; SET autocommit = 1", "ROLLBACK; SET autocommit = 1", "SET autocommit = 1; ROLLBACK", ""]),
        new(["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET TRANSACTION READ ONLY", "SET @@transaction_isolation = 'READ-COMMITTED'", "SET @@tx_isolation = 'READ-COMMITTED'"],
            ["SELECT 1", "INSERT INTO t (v) VALUES ({n})", "SELECT COUNT(*) FROM t", "BEGIN", "COMMIT", "SET sort_buffer_size = 370000"], ["ROLLBACK", ""]),
        new(["CREATE TEMPORARY TABLE tmp (a INT)", "CREATE TEMPORARY TABLE tmp AS SELECT id FROM tw.r", "CREATE TEMPORARY TABLE t (a INT)", "CREATE TEMPORARY TABLE IF NOT EXISTS tmp LIKE tw.r", "CALL p_temp()"],
            ["INSERT INTO tmp VALUES (1)", "SELECT * FROM tmp", "SELECT * FROM tmp_p", "DROP TEMPORARY TABLE IF EXISTS tmp", "ALTER TABLE tmp ADD b INT", "SHOW CREATE TABLE tmp", "SELECT COUNT(*) FROM t", "SET sort_buffer_size = 380000", "RENAME TABLE tmp TO tmp2", "SELECT * FROM tmp2"],
            ["DROP TEMPORARY TABLE tmp", "DROP TABLE tmp", ""]),
        new(["LOCK TABLES t WRITE", "LOCK TABLES t READ, tw.r READ", "FLUSH TABLES t WITH READ LOCK", "LOCK TABLES t WRITE, t AS x READ"],
            ["INSERT INTO t (v) VALUES ({n})", "SELECT COUNT(*) FROM tw.r", "SELECT COUNT(*) FROM t", "BEGIN", "SET time_zone = '-02:00'", "SELECT COUNT(*) FROM t AS x"], ["UNLOCK TABLES", ""]),
        new(["SELECT GET_LOCK('lock{c}', 0)", "DO GET_LOCK('lock{c}', 1)", "SELECT f_lock()"],
            ["SELECT GET_LOCK('other{c}', 0)", "SELECT RELEASE_LOCK('other{c}')", "SELECT IS_FREE_LOCK('lock{c}')", "SELECT RELEASE_LOCK('lock{c}')", "SET sort_buffer_size = 390000", "SELECT RELEASE_LOCK('f{c}')"],
            ["SELECT RELEASE_ALL_LOCKS()", "DO RELEASE_LOCK('lock{c}')", ""]),
        new(["PREPARE st FROM 'SELECT id FROM tw.r WHERE id < ?'", "PREPARE st FROM 'SET @x = 1, sort_buffer_size = 400000'", "SET @sql = 'SELECT 5'; PREPARE st FROM @sql", "PREPARE st FROM 'INSERT INTO t (v) VALUES (3)'"],
            ["SET @a = 3", "EXECUTE st", "EXECUTE st USING @a", "DEALLOCATE PREPARE st", "PREPARE st FROM 'SELECT @x, LAST_INSERT_ID()'", "PREPARE st FROM 'nonsense'", "SELECT @x"], ["DEALLOCATE PREPARE st", ""]),
        new(["CALL p_plain({n})", "SELECT f_plain({n})", "SELECT * FROM w ORDER BY id", "CALL p_insert({n})", "CALL p_results()", "SELECT f_plain(v) FROM t ORDER BY id LIMIT 2", "INSERT INTO h (n) VALUES ({n})", "CALL nonsense()", "SELECT nonsense()", "SELECT f_user({n})", "INSERT INTO g (n) VALUES ({n})", "CALL p_set(410000)", "CALL p_nested(420000)", "CALL p_signal(430000)", "CALL p_handled()", "CALL p_dynamic({n})", "INSERT INTO k (n) VALUES ({n})", "SELECT f_sets(440000)", "CALL p_mode()", "SELECT * FROM wu ORDER BY id", "SELECT f_reads()", "CALL p_out(1, @o, @io)", "SELECT f_sets(450000 + id) FROM tw.r WHERE id < 3"],
            ["SELECT @fu, @trig, @caught", "SELECT @@sort_buffer_size, @@time_zone, @@sql_mode", "SELECT @sql", "SELECT LAST_INSERT_ID(), ROW_COUNT()", "EXECUTE dyn", "SELECT @o, @io", "SELECT \"a\"", "INSERT INTO g (n) VALUES (1)", "SHOW WARNINGS"], [""]),
        new(["SET collation_database = utf8mb4_bin", "SET character_set_database = latin1"],
            ["SELECT @@character_set_database, @@collation_database", "USE tw", "SET sort_buffer_size = 365000", "SET CHARACTER SET latin1"], [""]),
        new(["HANDLER t OPEN"], ["HANDLER t READ FIRST", "HANDLER t READ NEXT", "SELECT 1", "SET sort_buffer_size = 460000"], ["HANDLER t CLOSE", ""]),
        new(["XA START 'x{c}'"], ["INSERT INTO t (v) VALUES ({n})", "SELECT COUNT(*) FROM t", "SET sort_buffer_size = 470000"], ["XA END 'x{c}'; XA ROLLBACK 'x{c}'", "XA END 'x{c}'; XA COMMIT 'x{c}' ONE PHASE"]),
        new(["SET timestamp = 1000000000", "SET @@timestamp = 1000000000", "SET @@insert_id = 500", "SET insert_id = 500", "SET last_insert_id = 9", "SET @@identity = 12"],
            ["SET timestamp = 1000000000; SELECT NOW(), @@timestamp", "SET rand_seed1 = 5, rand_seed2 = 6; SELECT RAND()", "INSERT INTO t (v) VALUES ({n})", "SELECT LAST_INSERT_ID(), @@insert_id", "SELECT 1"], [""]),
    ];
}
