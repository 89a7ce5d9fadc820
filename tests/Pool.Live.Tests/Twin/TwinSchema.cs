namespace Pool.Live.Tests.Twin;

/// <summary>What the databases of the clients contain: two for each client, of its own, and one that all of them read.</summary>
internal static class TwinSchema
{
    /// <summary>The statements that make what all clients read.</summary>
    public static IReadOnlyList<string> Shared { get; } =
    [
        "CREATE DATABASE tw CHARACTER SET utf8mb4",
        "CREATE TABLE tw.r (id INT PRIMARY KEY, v INT, s VARCHAR(20), INDEX (v)) ENGINE=InnoDB",
        "INSERT INTO tw.r VALUES (1, 10, 'one'), (2, 20, 'Two'), (3, 30, 'three'), (4, 40, NULL), (5, 50, 'f\u00fcnf'), (6, 60, '')",
    ];

    /// <summary>A client's database.</summary>
    public static string Database(int client) => $"twc{client:00}";

    /// <summary>Its other database, with other names and another character set.</summary>
    public static string Other(int client) => $"twc{client:00}b";

    /// <summary>The statements that make a client's databases anew.</summary>
    public static IEnumerable<string> For(int client)
    {
        var (a, b) = (Database(client), Other(client));
        yield return $"DROP DATABASE IF EXISTS {a}";
        yield return $"DROP DATABASE IF EXISTS {b}";
        yield return $"CREATE DATABASE {a} CHARACTER SET utf8mb4";
        yield return $"CREATE DATABASE {b} CHARACTER SET latin1 COLLATE latin1_german1_ci";
        foreach (var database in new[] { a, b })
        {
            yield return $"USE {database}";
            yield return "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, u INT UNIQUE, v INT, s VARCHAR(12), d DECIMAL(10,2), dt DATETIME NULL, ts TIMESTAMP NULL)";
            yield return $"INSERT INTO t (u, v, s, d) VALUES (1, 10, '{database}', 1.5), (2, 20, 'two', 2.25), (3, 30, 'Three', NULL)";
        }

        yield return $"USE {a}";
        yield return "CREATE TABLE g (id INT AUTO_INCREMENT PRIMARY KEY, n INT)";
        yield return "CREATE TABLE h (id INT AUTO_INCREMENT PRIMARY KEY, n INT)";
        yield return "CREATE TABLE k (id INT AUTO_INCREMENT PRIMARY KEY, n INT)";
        yield return "CREATE TRIGGER g_user BEFORE INSERT ON g FOR EACH ROW SET @trig = IFNULL(@trig, 0) + NEW.n";
        yield return "CREATE TRIGGER h_plain AFTER INSERT ON h FOR EACH ROW INSERT INTO t (v) VALUES (NEW.n)";
        yield return "CREATE TRIGGER k_vars BEFORE INSERT ON k FOR EACH ROW SET SESSION sort_buffer_size = 100000 + NEW.n";
        yield return "CREATE FUNCTION f_plain(x INT) RETURNS INT DETERMINISTIC RETURN x * 2 + 1";
        yield return "CREATE FUNCTION f_user(x INT) RETURNS INT DETERMINISTIC BEGIN SET @fu = x; RETURN x; END";
        yield return "CREATE FUNCTION f_reads() RETURNS VARCHAR(200) READS SQL DATA RETURN CONCAT_WS('/', @u1, LAST_INSERT_ID(), @@sort_buffer_size)";
        yield return "CREATE FUNCTION f_sets(x INT) RETURNS INT DETERMINISTIC BEGIN SET SESSION sort_buffer_size = x; RETURN @@sort_buffer_size; END";
        yield return $"CREATE FUNCTION f_lock() RETURNS INT RETURN GET_LOCK('f{client:00}', 0)";
        yield return "CREATE PROCEDURE p_plain(n INT) SELECT id, v FROM t WHERE id < n ORDER BY id";
        yield return "CREATE PROCEDURE p_out(IN i INT, OUT o INT, INOUT io INT) BEGIN SET o = i + 1; SET io = io + i; DO 0; END";
        yield return "CREATE PROCEDURE p_insert(n INT) INSERT INTO t (v, s) VALUES (n, 'proc'), (n + 1, 'proc')";
        yield return "CREATE PROCEDURE p_set(n INT) BEGIN SET SESSION sort_buffer_size = n; SET time_zone = '+03:00'; END";
        yield return "CREATE PROCEDURE p_mode() BEGIN SET SESSION sql_mode = 'ANSI_QUOTES'; END";
        yield return "CREATE PROCEDURE p_nested(n INT) BEGIN CALL p_set(n); CALL p_plain(3); END";
        yield return "CREATE PROCEDURE p_temp() BEGIN CREATE TEMPORARY TABLE IF NOT EXISTS tmp_p (a INT); INSERT INTO tmp_p VALUES (7); SELECT COUNT(*) FROM tmp_p; END";
        yield return "CREATE PROCEDURE p_results() BEGIN SELECT 1 AS one; SELECT id, s FROM t ORDER BY id LIMIT 2; UPDATE t SET v = v + 1 WHERE id = 1; END";
        yield return "CREATE PROCEDURE p_signal(n INT) BEGIN SET SESSION sort_buffer_size = n; INSERT INTO t (v) VALUES (n); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'stopped'; END";
        yield return "CREATE PROCEDURE p_handled() BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET @caught = IFNULL(@caught, 0) + 1; INSERT INTO t (u) VALUES (1); SELECT @caught; END";
        yield return "CREATE PROCEDURE p_begin() BEGIN START TRANSACTION; INSERT INTO t (v) VALUES (5); END";
        yield return "CREATE PROCEDURE p_dynamic(n INT) BEGIN SET @sql = CONCAT('SELECT ', n, ' + 1 AS x'); PREPARE dyn FROM @sql; EXECUTE dyn; END";
        yield return "CREATE VIEW w AS SELECT id, f_plain(v) AS fv FROM t";
        yield return "CREATE VIEW wu AS SELECT id, f_user(id) AS fu FROM t";
    }
}
