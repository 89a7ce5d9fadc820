namespace Pool.Live.Tests.Twin;

/// <summary>Statements that keep nothing of a session on its connection; <c>{n}</c> stands for a random number.</summary>
internal static class TwinStatements
{
    /// <summary>Whose answer depends on the session's settings.</summary>
    public static string[] Probes { get; } =
    [
        "SELECT 1/7, 2/3", "SELECT GROUP_CONCAT(id ORDER BY id) FROM tw.r", "SELECT 'a' = 'A', 'o' = '\u00f6', 'a' = 'a '",
        "SELECT COLLATION('x'), CHARSET('x'), COERCIBILITY('x')", "SELECT \"a\"", "SELECT 'a\\nb'", "SELECT 1||0, 'a'||'b'",
        "SELECT FROM_UNIXTIME(86400), UNIX_TIMESTAMP('2001-01-01 01:00:00')", "SELECT COUNT (*) FROM tw.r", "SELECT NOT 1 BETWEEN -5 AND 5",
        "SELECT WEEK('2001-01-01'), DATE_FORMAT('2001-05-01', '%M %W')", "SELECT s FROM tw.r WHERE s = 'TWO' ORDER BY id",
        "SELECT @@sql_mode, @@time_zone", "SELECT @@sort_buffer_size, @@join_buffer_size, @@autocommit", "SELECT @@session.sql_mode",
        "SELECT @@character_set_client, @@character_set_connection, @@character_set_results, @@collation_connection",
        "SELECT @@collation_server, @@character_set_database, @@collation_database", "SELECT DATABASE(), SCHEMA()", "SELECT USER(), CURRENT_USER()",
        "SELECT '\u00fc\u4e2d', HEX('\u00fc'), LENGTH('\u00fc')", "SELECT CAST('1e500' AS DOUBLE)", "SELECT 1/0", "SELECT CAST(0 AS UNSIGNED) - 1",
        "SELECT id, v, s FROM tw.r ORDER BY id", "SELECT * FROM tw.r WHERE id = {n}", "SELECT HEX(s), s FROM tw.r WHERE id = 5",
        "SELECT id, ts, dt FROM t ORDER BY id", "SELECT @@max_allowed_packet", "SELECT @@wait_timeout, @@interactive_timeout", "SELECT VERSION()",
        "SELECT @@version_comment limit 1", "SHOW VARIABLES LIKE 'sql_mode'", "SHOW SESSION VARIABLES LIKE 'collation%'", "SELECT @@global.sort_buffer_size",
        "SELECT CONVERT('abc' USING ucs2)", "SELECT CHAR_LENGTH(_latin1'abc'), 'x' LIKE 'X'", "SELECT MAX(s), MIN(s) FROM tw.r", "DO 1", "SELECT 1", "SELECT UNIX_TIMESTAMP() > 1500000000, @@insert_id",
    ];

    /// <summary>What a session did last: each form of asking.</summary>
    public static string[] OwnResults { get; } =
    [
        "SELECT LAST_INSERT_ID()", "SELECT ROW_COUNT()", "SELECT FOUND_ROWS()", "SELECT @@identity", "SELECT @@warning_count", "SELECT @@error_count",
        "SHOW WARNINGS", "SHOW ERRORS", "SHOW COUNT(*) WARNINGS", "SELECT LAST_INSERT_ID() AS x, ROW_COUNT(), FOUND_ROWS() y", "SELECT @@last_insert_id",
        "SELECT @@session.identity, @@insert_id", "SHOW WARNINGS LIMIT 1", "SELECT LAST_INSERT_ID() + 1",
        "INSERT INTO t (v) VALUES (LAST_INSERT_ID())", "SELECT /* c */ last_insert_id ( )", "GET DIAGNOSTICS @gd = NUMBER", "SELECT @gd",
        "GET DIAGNOSTICS CONDITION 1 @ge = MYSQL_ERRNO, @gm = MESSAGE_TEXT", "SELECT @ge, @gm", "GET DIAGNOSTICS @gr = ROW_COUNT", "SELECT @gr",
    ];

    /// <summary>What warnings and errors the last statement left.</summary>
    public static string[] Diagnostics { get; } = ["SHOW WARNINGS", "SHOW ERRORS", "SHOW COUNT(*) WARNINGS", "SHOW COUNT(*) ERRORS", "SELECT @@warning_count", "SELECT @@error_count", "SHOW WARNINGS LIMIT 1"];

    /// <summary>Those of <see cref="Troubles"/> after which MariaDB may still show the warnings of a statement before.</summary>
    public static IReadOnlySet<string> UsesNoTable { get; } = new HashSet<string> { "-- nothing", "USE mysql", "", "SELECT STR_TO_DATE('x', '%Y')", "SELECT INET_ATON('x')" };

    /// <summary>Changes of the client's own tables.</summary>
    public static string[] Changes { get; } =
    [
        "INSERT INTO t (v, s) VALUES ({n}, 'new')", "INSERT INTO t (v) VALUES ({n}), ({n}), ({n})", "INSERT INTO t (id, v) VALUES (1000 + {n}, 1)",
        "INSERT INTO t (u, v) VALUES (1, {n}) ON DUPLICATE KEY UPDATE v = {n}", "INSERT INTO t (u, v) VALUES (2, 1) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), v = {n}",
        "INSERT IGNORE INTO t (u, v) VALUES (1, 1), ({n} + 10, 2)", "REPLACE INTO t (u, v) VALUES (3, {n})", "UPDATE t SET v = v + 1 WHERE id = {n}",
        "UPDATE t SET v = LAST_INSERT_ID(v + 7) WHERE id = 1", "UPDATE t SET v = v", "UPDATE t SET s = 'x' WHERE u < 3", "DELETE FROM t WHERE id > 40", "DELETE FROM t WHERE id = {n} + 5",
        "INSERT INTO t (v, s) SELECT v, s FROM tw.r WHERE id < {n}", "INSERT INTO t (s) VALUES ('much longer than the column')", "INSERT INTO t (v) VALUES ('abc')",
        "INSERT INTO t (dt) VALUES ('0000-00-00')", "INSERT INTO t (ts) VALUES ('2001-01-01 00:00:00')", "INSERT INTO t (u) VALUES (1)", "INSERT INTO t (d) VALUES (1/0)",
        "INSERT INTO t (d) VALUES (99999999999)", "UPDATE t SET u = 1", "INSERT INTO t VALUES ()", "INSERT INTO t (id, v) VALUES (0, 5)", "INSERT INTO t (id, v) VALUES (NULL, 5)",
        "TRUNCATE TABLE h", "ALTER TABLE t ADD COLUMN x{n} INT", "ALTER TABLE t DROP COLUMN x{n}", "UPDATE t SET s = '\u00fc' WHERE id = 2",
        "SELECT * FROM t WHERE id IS NULL", "LOAD DATA INFILE '/nonsense' INTO TABLE t", "DELETE FROM t LIMIT 1", "SET @i = 1; INSERT INTO t (v) VALUES ({n}); SELECT LAST_INSERT_ID()",
        "INSERT INTO t (v) VALUES ({n}) RETURNING id; DO 0", "REPLACE INTO t (u, v) VALUES (3, {n}) RETURNING id; -- done", "INSERT INTO t (v) VALUES ('abc'); DO 0",
    ];

    /// <summary>What fails, or only warns.</summary>
    public static string[] Troubles { get; } =
    [
        "SELECT nonsense", "SELECT * FROM nonsense", "SELEC 1", "", ";", "-- nothing", "SELECT 1 +", "DROP TABLE nonsense", "DROP TABLE IF EXISTS nonsense, nonsense2",
        "SELECT CAST('x' AS SIGNED)", "SELECT 'abc' + 1, 'de' + 2", "CREATE TABLE t (a INT)", "CREATE TABLE IF NOT EXISTS t (a INT)", "SELECT 1; SELECT nonsense; SELECT 2",
        "SELECT (SELECT id FROM tw.r)", "INSERT INTO tw.nonsense VALUES (1)", "USE nonsense", "USE mysql", "SELECT * FROM mysql.user",
        "KILL 0", "SET PASSWORD = 'x', nonsense = 1", "SELECT CONVERT('x' USING nonsense)", "SELECT _utf8mb4'x' COLLATE latin1_bin", "SELECT STR_TO_DATE('x', '%Y')", "SELECT INET_ATON('x')",
    ];

    /// <summary>Other statements that leave nothing behind but what a session is told.</summary>
    public static string[] Plain { get; } =
    [
        "SELECT SQL_CALC_FOUND_ROWS id FROM tw.r ORDER BY id LIMIT 2", "SELECT id FROM tw.r LIMIT 1", "SELECT 1; SELECT 2, 3", "SELECT id FROM tw.r ORDER BY id; DO 1; SELECT ROW_COUNT()",
        "SELECT v FROM t ORDER BY id LIMIT 2",
        "EXPLAIN SELECT * FROM tw.r WHERE id = 1", "SHOW TABLES", "SHOW CREATE TABLE t", "SHOW COLUMNS FROM t", "DESCRIBE tw.r", "SHOW DATABASES LIKE 'tw'", "ANALYZE TABLE tw.r",
        "(SELECT 1) UNION (SELECT 2) ORDER BY 1", "WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 8) SELECT COUNT(*) FROM c", "SELECT SLEEP(0)", "COMMIT", "ROLLBACK",
        "SELECT LAST_INSERT_ID({n})", "SELECT LAST_INSERT_ID(77), LAST_INSERT_ID()", "DO LAST_INSERT_ID(5)", "TABLE tw.r LIMIT 1", "VALUES ROW(1, 2)", "SELECT RAND(3)", "CHECKSUM TABLE tw.r", "FLUSH STATUS",
        "CREATE TABLE IF NOT EXISTS extra (a INT)", "DROP TABLE IF EXISTS extra", "UNLOCK TABLES", "SELECT BENCHMARK(10, 1)", "SELECT IS_FREE_LOCK('nobody has it')", "START TRANSACTION; SELECT 1; COMMIT",
    ];

    /// <summary>User variables with names that the text shows.</summary>
    public static string[] UserVariables { get; } =
    [
        "SET @u1 = {n}", "SET @u1 = 'text', @u2 = 1.50", "SET @u2 = 0.333e0", "SET @u3 = NULL", "SET @u3 = _latin1'x' COLLATE latin1_bin", "SET @u1 = CAST(18446744073709551615 AS UNSIGNED)", "SELECT @u1 := @u1 + 1",
        "SELECT @u2 := 'b', @u3", "SELECT COUNT(*) INTO @u1 FROM tw.r", "SET @u1 = @u2", "SET @u1 = COALESCE(@u2, 'none')", "SET @U1 = x'00FF10'", "SET @`odd name` = '\u00fc'", "SELECT @`odd name`", "SELECT @u1, @u2, @u3", "SELECT @u1, COLLATION(@u1), CHARSET(@u1), COERCIBILITY(@u1)",
        "SELECT @u1 + 1, CONCAT(@u2, ''), @u3 IS NULL", "SELECT @nobody", "SET @u2 = DATE '2001-02-03'", "SET @u3 = -{n}", "SELECT id, @u1 := id FROM tw.r ORDER BY id LIMIT 2", "SET @u1 = (SELECT MAX(id) FROM tw.r)", "SET @u2 = REPEAT('x', 3000)",
        "SELECT LENGTH(@u2)", "SET @u3 = 'a' = 'A'", "SELECT @u1 = 'TEXT', @u3 = 'X'", "SET @u1 = nonsense", "SET @u1 = 1, @u2 = (SELECT nonsense)",
    ];

    /// <summary>What ends one of the <see cref="TwinEpisode"/>s.</summary>
    public static string[] Ends { get; } =
        ["COMMIT", "ROLLBACK", "UNLOCK TABLES", "DROP TEMPORARY TABLE tmp", "DROP TABLE tmp", "SELECT RELEASE_LOCK('lock{c}')", "DO RELEASE_LOCK('lock{c}')", "SELECT RELEASE_ALL_LOCKS()"];

    /// <summary>Texts to prepare, with their number of parameters.</summary>
    public static (string Sql, int Parameters)[] Prepared { get; } =
    [
        ("SELECT id, v, s FROM tw.r WHERE id = ?", 1), ("SELECT id, v, s FROM tw.r WHERE id > ? ORDER BY id", 1), ("SELECT ? + 1, ?", 2), ("INSERT INTO t (v, s) VALUES (?, ?)", 2), ("UPDATE t SET v = ? WHERE id = ?", 2),
        ("SELECT LAST_INSERT_ID()", 0), ("SELECT ROW_COUNT()", 0), ("SELECT FOUND_ROWS()", 0), ("SELECT @@sql_mode, @@time_zone", 0), ("SELECT 'lit', \"x\", COLLATION('lit')", 0), ("SELECT * FROM t WHERE id < ? ORDER BY id", 1), ("SELECT @u1, @u2", 0),
        ("SET @u1 = ?", 1), ("SET sort_buffer_size = ?", 1), ("SET time_zone = '+04:00'", 0), ("SELECT nonsense", 0), ("SELECT DATABASE(), ?", 1), ("SELECT id FROM tw.r ORDER BY id LIMIT ?", 1), ("SELECT SQL_CALC_FOUND_ROWS id FROM tw.r LIMIT 1", 0),
        ("DELETE FROM t WHERE id = ?", 1), ("SELECT FROM_UNIXTIME(?)", 1), ("SELECT 1", 0), ("SHOW WARNINGS", 0), ("SELECT CAST(? AS SIGNED)", 1), ("SELECT HEX(?), LENGTH(?)", 2), ("SELECT 1/?", 1), ("DO ?", 1),
        ("SELECT COUNT(*) FROM t", 0), ("INSERT INTO t (u) VALUES (?)", 1), ("SELECT @@warning_count", 0), ("SELECT v FROM t WHERE s = ?", 1), ("SELECT LAST_INSERT_ID(?)", 1), ("SET NAMES latin1", 0), ("SELECT ROW_COUNT(), ?", 1), ("SELECT ", 0),
    ];
}
