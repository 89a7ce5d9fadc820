using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Scenario;

/// <summary>Every client library's transcript of the scenario (tests/clients), direct against through the pool.</summary>
public abstract class ScenarioTests<TServer>(Rig<TServer> rig)
    where TServer : DatabaseServer, new()
{
    private const string Database = "scenario";
    private static readonly bool s_long = Environment.GetEnvironmentVariable("POOL_TEST_LONG") == "1";

    [Theory]
    [MemberData(nameof(Clients.All), MemberType = typeof(Clients))]
    public async Task The_scenario_gives_the_same_transcript_direct_and_through_the_pool(string client, bool tls)
    {
        var direct = await Transcript(client, tls, rig.Server.Port);
        var pooled = await Transcript(client, tls, rig.Node.Port);
        var name = $"{typeof(TServer).Name}-{client}-{(tls ? "tls" : "plain")}";
        Transcripts.AssertSame(name, direct, pooled);
    }

    private async Task<string> Transcript(string client, bool tls, int port)
    {
        await rig.Server.QueryAsync($"DROP DATABASE IF EXISTS {Database}; CREATE DATABASE {Database} CHARACTER SET utf8mb4");
        var result = await Tool.RunAsync(Repository.PathTo("tests", "clients", "run"),
            [client, "127.0.0.1", $"{port}", DatabaseServer.User, DatabaseServer.Password, Database, tls ? "1" : "0"],
            TimeSpan.FromMinutes(3), Sizes(tls));
        Assert.True(result.Output.EndsWith("== end\n", StringComparison.Ordinal),
            $"{client} did not finish on port {port} ({(port == rig.Node.Port ? "the pool" : "direct")}); "
            + $"./test.sh installs what it needs: {result}");
        return result.Output;
    }

    /// <summary>Neither encryption nor the kind of server changes anything about size: there a smaller one does.</summary>
    private static Dictionary<string, string> Sizes(bool tls) => s_long || (!tls && typeof(TServer) == typeof(MariaDbServer))
        ? []
        : new() { ["SCENARIO_ROWS"] = "20000", ["SCENARIO_BYTES"] = "3000000" };
}

/// <summary>On MariaDB.</summary>
[Collection(MariaDbTests.Name)]
public sealed class MariaDbScenarioTests(Rig<MariaDbServer> rig) : ScenarioTests<MariaDbServer>(rig);

/// <summary>On MySQL.</summary>
[Collection(MySqlTests.Name)]
public sealed class MySqlScenarioTests(Rig<MySqlServer> rig) : ScenarioTests<MySqlServer>(rig);
