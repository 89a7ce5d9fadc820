using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MySql.Data.MySqlClient;
using Pool.Clients;

Console.OutputEncoding = new UTF8Encoding(false);
var thousands = int.Parse(Environment.GetEnvironmentVariable("SCENARIO_ROWS") ?? "1000000", CultureInfo.InvariantCulture) / 1000;
var bytes = int.Parse(Environment.GetEnvironmentVariable("SCENARIO_BYTES") ?? "40000000", CultureInfo.InvariantCulture);
var server = new Server(args);

Step("connect");
using var link = server.Connect();
Console.WriteLine($"id is the one told: {link.ServerThread == Convert.ToInt32(Value(link, "SELECT CONNECTION_ID()"), CultureInfo.InvariantCulture)}");

Step("statements");
foreach (var sql in File.ReadLines("scenario.sql"))
    Transcript.Run(link, sql);
link.ChangeDatabase(args[4]);
Transcript.Run(link, "SELECT DATABASE()");

Step("prepared statements");
// Without the column of type YEAR: the driver reads four bytes where there are two.
foreach (var columns in new[] { "* FROM whole", "* FROM real_numbers", "id, d, t, t6, dt, dt6, ts, ts6 FROM times", "* FROM texts" })
    Transcript.Bound(link, $"SELECT {columns} WHERE id >= @id ORDER BY id", ("@id", 0));
Transcript.Run(link, "CREATE TABLE bound (n BIGINT UNSIGNED, d DECIMAL(20,5), s VARCHAR(100), b VARBINARY(100), t DATETIME(6), g DOUBLE)");
const string Insert = "INSERT INTO bound VALUES (@n, @d, @s, @b, @t, @g)";
Transcript.Bound(link, Insert, ("@n", ulong.MaxValue), ("@d", 1.25m), ("@s", "ż'🐬\\"), ("@b", new byte[] { 0, 255 }),
    ("@t", new DateTime(2024, 2, 29, 1, 2, 3, 500)), ("@g", 0.1));
Transcript.Bound(link, Insert, ("@n", null), ("@d", null), ("@s", null), ("@b", null), ("@t", null), ("@g", null));
Transcript.Bound(link, "INSERT INTO bound (n) VALUES (@n)", ("@n", -1));
Transcript.Bound(link, "SELECT * FROM bound");
Transcript.Bound(link, "SELECT FROM WHERE");
Transcript.Bound(link, "INSERT INTO ids (k, v) VALUES (@k, @v)", ("@k", 90), ("@v", "ps"));

Step("big value");
Transcript.Run(link, "CREATE TABLE big (v LONGBLOB)");
var value = new byte[bytes];
for (var i = 0; i < value.Length; i++)
    value[i] = (byte)(i % 1000 * 31 + 7);
using (var insert = new MySqlCommand("INSERT INTO big VALUES (@v)", link))
{
    insert.Parameters.AddWithValue("@v", value);
    Console.WriteLine(insert.ExecuteNonQuery());
}
using (var select = new MySqlCommand("SELECT v, SHA2(v, 256) FROM big", link))
using (var row = select.ExecuteReader())
{
    row.Read();
    var back = (byte[])row[0];
    var hash = Convert.ToHexStringLower(SHA256.HashData(back));
    Console.WriteLine($"{back.Length} {back.AsSpan().SequenceEqual(value)} {hash == row.GetString(1)} {hash}");
}
Transcript.Run(link, "TRUNCATE big");

Step("many rows");
using (var select = new MySqlCommand(
    $"SELECT a.n * 1000 + b.n, CONCAT('row ', a.n * 1000 + b.n) FROM numbers a, numbers b WHERE a.n < {thousands}", link))
using (var row = select.ExecuteReader())
{
    long count = 0, sum = 0, length = 0;
    for (; row.Read(); count++)
    {
        sum += row.GetInt64(0);
        length += row.GetString(1).Length;
    }
    Console.WriteLine($"{count} {sum} {length}");
}

Step("load data");
Transcript.Run(link, "CREATE TABLE loaded (id INT PRIMARY KEY, t VARCHAR(50), n INT) CHARACTER SET utf8mb4");
Transcript.Run(link, "LOAD DATA LOCAL INFILE 'load.tsv' IGNORE INTO TABLE loaded CHARACTER SET utf8mb4");
Transcript.Run(link, "SELECT * FROM loaded ORDER BY id");

Step("transactions");
foreach (var k in new[] { 80, 81 })
{
    using var transaction = link.BeginTransaction(System.Data.IsolationLevel.ReadCommitted);
    Transcript.Run(link, $"INSERT INTO ids (k, v) VALUES ({k}, 'api')");
    if (k == 81)
        transaction.Commit();
}
Transcript.Run(link, "SELECT k FROM ids WHERE k IN (80, 81)");

Step("found rows");
foreach (var affected in new[] { true, false })
{
    using var other = server.Connect(s => s.UseAffectedRows = affected);
    Transcript.Run(other, "UPDATE ids SET v = v WHERE k <= 3");
}

Step("character sets");
using (var latin = server.Connect(s => s.CharacterSet = "latin1"))
    Transcript.Run(latin, "SELECT HEX('é'), vl, @@character_set_client, @@collation_connection FROM texts WHERE id = 1");

Step("the driver's own pool");
foreach (var reset in new[] { false, true, true })
{
    using var pooled = server.Connect(s => (s.Pooling, s.ConnectionReset) = (true, reset));
    Transcript.Run(pooled, "SELECT @left, DATABASE()");
    Transcript.Run(pooled, "SET @left = 1");
}
MySqlConnection.ClearAllPools();

Step("kill");
using (var victim = server.Connect())
using (var watcher = server.Connect(quiet: true))
{
    var slow = Task.Run(() => Transcript.Run(victim,
        "SELECT COUNT(*) AS sum_of_three FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n < 0"));
    const string Watch = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE CONCAT('%sum_of', '_three%')";
    while (Convert.ToInt32(Value(watcher, Watch), CultureInfo.InvariantCulture) == 0)
        await Task.Delay(20);
    using var kill = new MySqlCommand($"KILL QUERY {victim.ServerThread}", link);
    kill.ExecuteNonQuery();
    await slow;
    Transcript.Run(victim, "SELECT 'alive'");
}
Transcript.Run(link, "KILL QUERY 4194303");

Step("ping");
Console.WriteLine(link.Ping());

Step("refused");
server.Refused(s => s.Password = "wrong");
server.Refused(s => s.Database = "no_such_database");
server.Refused(s => s.UserID = "nobody");
Step("end");

static void Step(string title) => Console.WriteLine($"== {title}");

static object Value(MySqlConnection connection, string sql)
{
    using var command = new MySqlCommand(sql, connection);
    return command.ExecuteScalar();
}
