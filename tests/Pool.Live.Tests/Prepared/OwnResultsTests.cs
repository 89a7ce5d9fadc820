using Pool.Live.Tests.Faults;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Prepared;

/// <summary>What a session's statements left is told to it, and to no other session on the same connection.</summary>
public abstract class OwnResultsTests<TServer>(FaultRig<TServer> rig) : StatementComparison<TServer>(rig)
    where TServer : DatabaseServer, new()
{
    /// <summary>Statements that change the insert id and whose replies do not tell it.</summary>
    protected virtual IEnumerable<string> Hiding => ["UPDATE prepared.t SET n = LAST_INSERT_ID(7) LIMIT 1"];

    [Fact]
    public Task An_insert_id_among_several_statements_is_no_other_sessions() => SameAsync(isMoved: false, async (client, other) =>
    {
        await client.QueryAsync("INSERT INTO prepared.t (v) VALUES ('a'), ('b')");
        foreach (var sql in Hiding.SelectMany(s => new[] { $"{s}; DO 0", $"{s}; -- done", $"DO 0; {s}", $"{s}; SELECT nonsense", s }))
        {
            await client.QueryAsync(sql);
            await other.QueryAsync("SELECT LAST_INSERT_ID()");
            await client.QueryAsync("SELECT LAST_INSERT_ID()");
        }
    });

    [Theory]
    [InlineData("SELECT GET_LOCK('warned', 0)", "DO RELEASE_LOCK('warned')")]
    [InlineData("BEGIN", "COMMIT")]
    public Task Warnings_among_several_statements_are_no_other_sessions(string taking, string ending) => SameAsync(isMoved: false, async (client, other) =>
    {
        foreach (var warning in (string[])["INSERT INTO prepared.t (n) VALUES ('secret')", "SELECT CAST('secret' AS SIGNED) FROM prepared.t LIMIT 1"])
        {
            await client.QueryAsync("SET sql_mode = ''");
            await client.QueryAsync($"{warning}; DO 0");
            await other.QueryAsync(taking);
            await other.QueryAsync("SHOW WARNINGS");
            await other.QueryAsync("SELECT @@warning_count");
            await other.QueryAsync(ending);
        }
    });

    // MariaDB keeps warnings over statements without tables.
    [Fact]
    public Task Warnings_of_what_the_pool_itself_sets_and_prepares_are_told_to_nobody() => SameAsync(isMoved: false, async (client, other) =>
    {
        const string Clearing = "SELECT COUNT(*) FROM prepared.t";
        await client.QueryAsync("SET big_tables = 1");
        var id = await client.PrepareAsync("SELECT 1 AS ' secret'");
        foreach (var taking in (string[])[Clearing, Clearing, "BEGIN"])
        {
            await other.QueryAsync(Clearing);
            await client.QueryAsync(taking);
        }

        await client.QueryAsync("SHOW WARNINGS");
        await client.QueryAsync("COMMIT");
        await other.QueryAsync("SELECT nonsense");
        await other.QueryAsync(Clearing);
        await client.ExecuteAsync(id);
        await other.QueryAsync("BEGIN");
        await other.QueryAsync("SHOW WARNINGS");
        await other.QueryAsync("SELECT @@warning_count");
        await other.QueryAsync("COMMIT");
    });

    [Fact]
    public Task Warnings_are_no_other_sessions_between_parts_of_a_parameter() => SameAsync(isMoved: false, async (client, other) =>
    {
        var id = await client.PrepareAsync("SELECT ?");
        await client.ExecuteAsync(id, "a");
        await other.QueryAsync("SELECT CAST('secret' AS SIGNED) FROM (SELECT 1) t");
        await client.SendLongDataAsync(id, 0, "b");
        await client.QueryAsync("SHOW WARNINGS");
        await client.QueryAsync("SHOW COUNT(*) WARNINGS");
        await client.ResetAsync(id);
    });

    [Theory]
    [InlineData("SHOW WARNINGS")]
    [InlineData("SELECT ROW_COUNT()")]
    [InlineData("SELECT @@error_count, @@warning_count")]
    public Task What_keeps_a_statement_from_being_prepared_anew_in_its_own_mode_is_told_afterwards(string asks) => SameAsync(async (client, _) =>
    {
        // One of the two connections has it prepared still.
        foreach (var steps in (string[][])[["DROP TABLE prepared.t"], ["DROP TABLE prepared.t", "DO 0"]])
        {
            await client.QueryAsync("SET sql_mode = ''");
            var id = await client.PrepareAsync("SELECT n, \"a\" FROM prepared.t");
            await client.QueryAsync("SET sql_mode = 'ANSI_QUOTES'");
            foreach (var step in steps)
                await client.QueryAsync(step);
            await client.ExecuteAsync(id);
            await client.QueryAsync(asks);
            await client.QueryAsync("CREATE TABLE prepared.t (n INT)");
        }
    });

    [Fact]
    public Task More_warnings_are_counted_than_shown() => SameAsync(isMoved: false, async (client, other) =>
    {
        foreach (var (most, ask) in (from most in (int[])[0, 1, 2] from ask in (string[])["SHOW COUNT(*) WARNINGS", "SELECT @@warning_count, @@error_count", "SHOW WARNINGS"] select (most, ask)))
        {
            await client.QueryAsync($"SET max_error_count = {most}");
            await client.QueryAsync("SELECT CAST('a' AS SIGNED), CAST('b' AS SIGNED) FROM (SELECT 1) t");
            await other.QueryAsync("SELECT 1");
            await client.QueryAsync(ask);
            await client.QueryAsync("SELECT FOUND_ROWS()");
        }
    });
}

/// <summary>At MariaDB.</summary>
[Collection(MariaDbFaults.Name)]
public sealed class MariaDbOwnResultsTests(FaultRig<MariaDbServer> rig) : OwnResultsTests<MariaDbServer>(rig), IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}");

    /// <inheritdoc/>
    public void Dispose() => File.Delete(_file);

    /// <inheritdoc/>
    protected override IEnumerable<string> Hiding
    {
        get
        {
            File.WriteAllText(_file, "a\nb\n");
            return
            [
                .. base.Hiding, "INSERT INTO prepared.t (v) VALUES ('a') RETURNING id", "REPLACE INTO prepared.t (v) VALUES ('a') RETURNING id",
                "ANALYZE INSERT INTO prepared.t (v) VALUES ('a')", $"LOAD DATA INFILE '{_file}' INTO TABLE prepared.t (v)",
            ];
        }
    }
}

/// <summary>At MySQL.</summary>
[Collection(MySqlFaults.Name)]
public sealed class MySqlOwnResultsTests(FaultRig<MySqlServer> rig) : OwnResultsTests<MySqlServer>(rig);
