import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.*;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Properties;
import java.util.TimeZone;

/** The client scenario (see ../README.md) in MariaDB Connector/J. */
public class Scenario {
    static final int THOUSANDS = Integer.parseInt(System.getenv().getOrDefault("SCENARIO_ROWS", "1000000")) / 1000;
    static final int BYTES = Integer.parseInt(System.getenv().getOrDefault("SCENARIO_BYTES", "40000000"));
    static final String SLOW = "SELECT COUNT(*) AS sum_of_three FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n < 0";
    static final String WATCH = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE CONCAT('%sum_of', '_three%')";
    static String[] arguments;

    static Connection connect(String... options) throws SQLException {
        Properties with = new Properties();
        with.putAll(java.util.Map.of("user", arguments[2], "password", arguments[3], "allowMultiQueries", "true",
            "allowLocalInfile", "true", "allowPublicKeyRetrieval", "true", "useMysqlMetadata", "true", "timezone", "UTC"));
        if (arguments[5].equals("1")) {
            with.putAll(java.util.Map.of("useSsl", "true", "trustServerCertificate", "true"));
        }
        String database = arguments[4];
        for (int i = 0; i < options.length; i += 2) {
            if (options[i].equals("database")) {
                database = options[i + 1];
            } else {
                with.setProperty(options[i], options[i + 1]);
            }
        }
        return DriverManager.getConnection("jdbc:mariadb://" + arguments[0] + ":" + arguments[1] + "/" + database, with);
    }

    static void print(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }

    static String show(Object value) {
        return value instanceof byte[] bytes ? "x" + HexFormat.of().formatHex(bytes)
            : value instanceof String text ? '"' + text.replace("\n", "\\n") + '"' : String.valueOf(value);
    }

    static void showError(SQLException error) {
        // The driver adds a connection number, the address and the statement to the server's text.
        String text = String.valueOf(error.getMessage()).replaceAll("\\(conn=\\d+\\) |.*address=.* : ", "").lines().findFirst().orElse("");
        print("  error %d %s %s", error.getErrorCode(), error.getSQLState(), text);
    }

    static void showRows(ResultSet rows) throws SQLException {
        ResultSetMetaData meta = rows.getMetaData();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            print("  column %s %s %s %s type=%s %s size=%d precision=%d scale=%d nullable=%d signed=%b auto=%b class=%s", meta.getColumnLabel(i),
                meta.getColumnName(i), meta.getTableName(i), meta.getCatalogName(i), meta.getColumnType(i), meta.getColumnTypeName(i),
                meta.getColumnDisplaySize(i), meta.getPrecision(i), meta.getScale(i), meta.isNullable(i), meta.isSigned(i),
                meta.isAutoIncrement(i), meta.getColumnClassName(i));
        }
        while (rows.next()) {
            StringBuilder line = new StringBuilder("  row");
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                line.append(" | ").append(show(rows.getObject(i)));
            }
            print("%s", line);
        }
    }

    static void showAll(Statement statement, boolean rows) throws SQLException {
        for (; ; rows = statement.getMoreResults()) {
            if (rows) {
                showRows(statement.getResultSet());
            } else if (statement.getUpdateCount() >= 0) {
                print("  affected %d", statement.getUpdateCount());
                try (ResultSet keys = statement.getGeneratedKeys()) {
                    while (keys.next()) {
                        print("  id %s", keys.getObject(1));
                    }
                }
            } else {
                break;
            }
        }
        for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
            print("  warning %d %s %s", warning.getErrorCode(), warning.getSQLState(), warning.getMessage());
        }
    }

    static void run(Connection connection, String sql) {
        print("> %s", sql);
        try (Statement statement = connection.createStatement()) {
            showAll(statement, statement.execute(sql, Statement.RETURN_GENERATED_KEYS));
        } catch (SQLException error) {
            showError(error);
        }
    }

    static void bound(Connection connection, String sql, Object... values) {
        print("? %s", sql);
        try (PreparedStatement statement = connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS)) {
            for (int time = 0; time < 2; time++) {
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(i + 1, values[i]);
                }
                showAll(statement, statement.execute());
            }
        } catch (SQLException error) {
            showError(error);
        }
    }

    static Object valueOf(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getObject(1);
        }
    }

    public static void main(String[] given) throws Exception {
        arguments = given;
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        System.setOut(new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8));

        print("== statements");
        Connection link = connect();
        for (String sql : Files.readAllLines(Path.of("scenario.sql"))) {
            run(link, sql);
        }
        link.setCatalog(arguments[4]);
        run(link, "SELECT DATABASE()");

        Connection server = connect("useServerPrepStmts", "true", "rewriteBatchedStatements", "false");
        preparedStatements("in the client", link);
        preparedStatements("in the server", server);
        bigValue(server);
        manyRows(link);

        print("== load data");
        run(link, "CREATE TABLE loaded (id INT PRIMARY KEY, t VARCHAR(50), n INT) CHARACTER SET utf8mb4");
        run(link, "LOAD DATA LOCAL INFILE 'load.tsv' IGNORE INTO TABLE loaded CHARACTER SET utf8mb4");
        run(link, "SELECT * FROM loaded ORDER BY id");

        transactions(server);
        print("== found rows");
        for (String affected : new String[] {"true", "false"}) {
            run(connect("useAffectedRows", affected), "UPDATE ids SET v = v WHERE k <= 3");
        }
        print("== session variables");
        run(connect("sessionVariables", "sql_mode='ANSI_QUOTES',@made=1"), "SELECT \"id\", @made FROM texts WHERE \"id\" = 1");
        kill(link);

        print("== ping");
        print("%b", link.isValid(5));
        print("== refused");
        for (String[] wrong : new String[][] {{"password", "wrong"}, {"database", "no_such_database"}, {"user", "nobody"}}) {
            try {
                connect(wrong);
            } catch (SQLException error) {
                showError(error);
            }
        }
        print("== end");
    }

    static void preparedStatements(String where, Connection link) {
        print("== prepared statements, %s", where);
        for (String table : new String[] {"whole", "real_numbers", "times", "texts", "shapes"}) {
            bound(link, "SELECT * FROM " + table + " WHERE id >= ? ORDER BY id", 0);
        }
        run(link, "CREATE TABLE bound (n BIGINT UNSIGNED, d DECIMAL(20,5), s VARCHAR(100), b VARBINARY(100), t DATETIME(6), g DOUBLE)");
        String insert = "INSERT INTO bound VALUES (?, ?, ?, ?, ?, ?)";
        bound(link, insert, new BigInteger("18446744073709551615"), new BigDecimal("1.25"), "ż'🐬\\", new byte[] {0, -1},
            Timestamp.valueOf("2024-02-29 01:02:03.5"), 0.1);
        bound(link, insert, null, null, null, null, null, null);
        bound(link, "INSERT INTO bound (n) VALUES (?)", -1);
        bound(link, "SELECT * FROM bound");
        bound(link, "SELECT FROM WHERE");
        bound(link, "CALL several(?, @q)", where.endsWith("client") ? 30 : 40);
        try (PreparedStatement batch = link.prepareStatement("INSERT INTO bound (s) VALUES (?)")) {
            for (String text : new String[] {"one", "two", "three"}) {
                batch.setString(1, text);
                batch.addBatch();
            }
            print("batch %s", Arrays.toString(batch.executeBatch()));
        } catch (SQLException error) {
            showError(error);
        }
        run(link, "DROP TABLE bound");
    }

    static void bigValue(Connection link) throws Exception {
        print("== big value");
        run(link, "CREATE TABLE big (v LONGBLOB)");
        byte[] value = new byte[BYTES / 1000 * 1000];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) (i % 1000 * 31 + 7);
        }
        try (PreparedStatement insert = link.prepareStatement("INSERT INTO big VALUES (?)")) {
            insert.setBinaryStream(1, new ByteArrayInputStream(value));
            print("%d", insert.executeUpdate());
        }
        try (PreparedStatement select = link.prepareStatement("SELECT v, SHA2(v, 256) FROM big"); ResultSet rows = select.executeQuery()) {
            rows.next();
            byte[] back = rows.getBytes(1);
            String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(back));
            print("%d %b %b %s", back.length, Arrays.equals(back, value), hash.equals(rows.getString(2)), hash);
        }
        run(link, "TRUNCATE big");
    }

    static void manyRows(Connection link) throws SQLException {
        print("== many rows");
        try (Statement statement = link.createStatement()) {
            statement.setFetchSize(100);
            ResultSet rows = statement.executeQuery(
                "SELECT a.n * 1000 + b.n, CONCAT('row ', a.n * 1000 + b.n) FROM numbers a, numbers b WHERE a.n < " + THOUSANDS);
            long count = 0, sum = 0, length = 0;
            for (; rows.next(); count++) {
                sum += rows.getLong(1);
                length += rows.getString(2).length();
            }
            print("%d %d %d", count, sum, length);
        }
    }

    static void transactions(Connection link) throws SQLException {
        print("== transactions");
        link.setAutoCommit(false);
        link.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        bound(link, "UPDATE ids SET v = ? WHERE k = 1", "t1");
        Savepoint point = link.setSavepoint("point");
        run(link, "INSERT INTO ids (k, v) VALUES (80, 'api')");
        link.rollback(point);
        run(link, "INSERT INTO ids (k, v) VALUES (81, 'api')");
        link.commit();
        run(link, "INSERT INTO ids (k, v) VALUES (82, 'api')");
        link.rollback();
        link.setAutoCommit(true);
        link.setReadOnly(true);
        print("%d %b", link.getTransactionIsolation(), link.isReadOnly());
        link.setReadOnly(false);
        run(link, "SELECT k FROM ids WHERE k IN (80, 81, 82)");
    }

    static void kill(Connection link) throws Exception {
        print("== kill");
        Connection victim = connect();
        Statement slow = victim.createStatement();
        Thread running = new Thread(() -> {
            try {
                slow.executeQuery(SLOW);
                print("  ended by itself");
            } catch (SQLException error) {
                showError(error);
            }
        });
        running.start();
        while (((Number) valueOf(link, WATCH)).intValue() == 0) {
            Thread.sleep(20);
        }
        slow.cancel();
        running.join();
        run(victim, "SELECT 'alive'");
        run(link, "KILL QUERY 4194303");
    }
}
