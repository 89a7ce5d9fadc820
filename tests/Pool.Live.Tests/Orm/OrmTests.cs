using Pool.Live.Tests.Scenario;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Orm;

/// <summary>
/// Real applications (tests/orm), several instances of each at once, every one with settings of its own: direct, and through a node
/// that has fewer connections than there are instances.
/// </summary>
public abstract class OrmTests<TServer>(Rig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const string Database = "orm";
    private const int Workers = 4;

    /// <summary>Runs instances of one application both ways.</summary>
    protected async Task CompareAsync(string application)
    {
        var direct = await TranscriptsAsync(application, rig.Server.Port, _ => Task.CompletedTask);
        await using var node = await SmallNode.StartAsync(rig.Server);
        var pooled = await TranscriptsAsync(application, node.Port, node.KeepsNothingAsync);
        foreach (var (role, transcript) in direct)
            Transcripts.AssertSame($"{typeof(TServer).Name}-{application}-{role}", transcript, pooled[role]);
    }

    /// <summary>What one instance says that makes the tables, and then several at once that use them.</summary>
    private async Task<Dictionary<string, string>> TranscriptsAsync(string application, int port, Func<int, Task> whileIdle)
    {
        await rig.Server.QueryAsync($"DROP DATABASE IF EXISTS {Database}; CREATE DATABASE {Database} CHARACTER SET utf8mb4");
        var said = new Dictionary<string, string>();
        foreach (var roles in new string[][] { ["migrate"], [.. Enumerable.Range(1, Workers).Select(w => $"{w}")] })
        {
            var instances = roles.Select(role => Instance.Start(application, port, Database, role)).ToArray();
            try
            {
                await Task.WhenAll(instances.Select(i => i.WaitingAsync()));
                await whileIdle(instances.Length);
                foreach (var (role, transcript) in roles.Zip(await Task.WhenAll(instances.Select(i => i.FinishAsync()))))
                    said[role] = transcript;
            }
            finally
            {
                await Task.WhenAll(instances.Select(i => i.DisposeAsync().AsTask()));
            }
        }

        return said;
    }
}

/// <summary>On MariaDB.</summary>
[Collection(MariaDbTests.Name)]
public sealed class MariaDbOrmTests(Rig<MariaDbServer> rig) : OrmTests<MariaDbServer>(rig)
{
    [Theory]
    [MemberData(nameof(Applications.Most), MemberType = typeof(Applications))]
    public Task Four_instances_say_on_two_connections_what_they_say_without_the_pool_and_keep_none_while_they_wait(string application) => CompareAsync(application);
}

/// <summary>On MySQL.</summary>
[Collection(MySqlTests.Name)]
public sealed class MySqlOrmTests(Rig<MySqlServer> rig) : OrmTests<MySqlServer>(rig)
{
    [Theory]
    [MemberData(nameof(Applications.All), MemberType = typeof(Applications))]
    public Task Four_instances_say_on_two_connections_what_they_say_without_the_pool_and_keep_none_while_they_wait(string application) => CompareAsync(application);
}
