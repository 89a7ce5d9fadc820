using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Twin;

/// <summary>Runs a script on the two sides at once, and compares all that can be seen.</summary>
/// <typeparam name="TServer">Which kind of server.</typeparam>
internal sealed class TwinRun<TServer>(TwinRig<TServer> rig, IReadOnlyList<WireIdentity> identities)
    where TServer : DatabaseServer, new()
{
    private const int LongestText = 1000;

    // However slow the machine is.
    private const int LeastRounds = 25;

    /// <summary>Steps that were run, and that were not empty.</summary>
    public int Steps { get; private set; }

    /// <summary>Rounds that were run.</summary>
    public int Rounds { get; private set; }

    /// <summary>Before each round another session leaves its traces on the connections.</summary>
    public bool IsDisturbed { get; init; }

    /// <summary>
    /// Runs it on databases made anew, by clients that just come, until the end or until there are enough differences. A client
    /// that has seen one does nothing more.
    /// </summary>
    /// <param name="script">Rounds of steps that are done at the same time.</param>
    /// <param name="nodes">In front of the pooled side's server; null: that is used directly, too.</param>
    /// <param name="enough">How many differences are enough.</param>
    /// <param name="end">No round begins after this, but for the first few.</param>
    public async Task<IReadOnlyList<TwinDifference>> RunAsync(
        IReadOnlyList<IReadOnlyList<TwinStep>> script, TwinNodes? nodes, int enough = 1, CancellationToken end = default)
    {
        var clients = script.SelectMany(r => r).Select(s => s.Client).Distinct().ToArray();
        await Task.WhenAll(BuildAsync(rig.Direct, clients), BuildAsync(rig.Pooled, clients));
        var pairs = clients.ToDictionary(c => c, c => (Direct: Side(c, rig.Direct.Port), Pooled: Side(c, nodes?.PortOf(c) ?? rig.Pooled.Port)));
        await using var disturber = IsDisturbed && nodes is not null ? new TwinDisturber(nodes.PortOf(0)) : null;
        var differences = new List<TwinDifference>();
        for (var round = 0; round < script.Count && differences.Count < enough && !(end.IsCancellationRequested && round >= LeastRounds); round++)
        {
            if (disturber is not null)
                await disturber.DisturbAsync();
            Rounds++;
            var steps = script[round].Where(s => pairs.ContainsKey(s.Client)).ToArray();
            var found = await Task.WhenAll(steps.Select(s => RunAsync(s, pairs[s.Client])));
            foreach (var (step, what) in steps.Zip(found).Where(f => f.Second is not null))
            {
                // Others keep all connections, and say why: its twin was served, so the client is of no more use.
                if (!what!.Contains(WaitedInVain, StringComparison.Ordinal))
                    differences.Add(new TwinDifference(round, step, what, nodes is null ? "" : await nodes.StateAsync()));
                await EndAsync(pairs[step.Client]);
                pairs.Remove(step.Client);
            }
        }

        await Task.WhenAll(pairs.Values.Select(EndAsync));
        return differences;
    }

    private async Task<string?> RunAsync(TwinStep step, (TwinSide Direct, TwinSide Pooled) pair)
    {
        var replies = await Task.WhenAll(pair.Direct.RunAsync(step.Command), pair.Pooled.RunAsync(step.Command));
        if (replies is not [{ } its, { } other])
            return replies[0] is null && replies[1] is null ? null : $"one side has nothing to do: {replies[0]} / {replies[1]}";
        Steps++;
        if (its.IsLost && other.IsLost)
            return $"both are lost: {its}";
        return its.DifferenceTo(other) is { } difference ? $"{difference}\n    direct: {Shortened(its)}\n    pooled: {Shortened(other)}" : null;
    }

    private const string WaitedInVain = "(LeaseTimeout). The statement was not executed";

    private TwinSide Side(int client, int port) => new(port, identities[client], rig.Ignored);

    private static async Task EndAsync((TwinSide Direct, TwinSide Pooled) pair)
    {
        await pair.Direct.DisposeAsync();
        await pair.Pooled.DisposeAsync();
    }

    private static string Shortened(WireReply reply) => reply.ToString() is { Length: > LongestText } text ? text[..LongestText] + " ..." : reply.ToString();

    private static async Task BuildAsync(DatabaseServer server, IEnumerable<int> clients)
    {
        await using var administrator = await TwinRig<TServer>.AdministratorAsync(server);
        foreach (var statement in clients.SelectMany(TwinSchema.For))
            await administrator.ScalarAsync(statement);
    }
}
