using System.Diagnostics;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Twin;

/// <summary>
/// Makes a script that shows a difference as short as it gets: fewer clients, fewer steps, one after the other (delta debugging).
/// Each attempt has nodes of its own.
/// </summary>
internal sealed class TwinMinimiser<TServer>(TwinRig<TServer> rig, IReadOnlyList<WireIdentity> identities, int nodes, TimeSpan patience)
    where TServer : DatabaseServer, new()
{
    private readonly Stopwatch _spent = Stopwatch.StartNew();
    private bool _isDisturbed;

    /// <summary>The shortest script found that shows the difference, what it shows, and how.</summary>
    public async Task<(IReadOnlyList<TwinStep> Script, TwinDifference Difference, string How)> RunAsync(
        IReadOnlyList<IReadOnlyList<TwinStep>> script, TwinDifference difference)
    {
        var steps = script.Take(difference.Round).SelectMany(r => r).Append(difference.Step).ToList();
        var own = steps.Where(s => s.Client == difference.Step.Client).ToList();
        if (await TryAsync(own, difference) is { } alone)
            return await ReduceAsync(own, alone, "alone");
        _isDisturbed = nodes == 1;
        if (_isDisturbed && await TryAsync(own, difference) is { } disturbed)
            return await ReduceAsync(own, disturbed, "over one connection, which another session uses between all steps");
        _isDisturbed = false;
        if (await TryAsync(steps, difference) is { } inLine)
            return await ReduceAsync(await FewerClientsAsync(steps, difference), inLine, "one step after the other");
        return (own, difference, "not reproduced: this is only the client's own stream");
    }

    private async Task<List<TwinStep>> FewerClientsAsync(List<TwinStep> steps, TwinDifference difference)
    {
        foreach (var client in steps.Select(s => s.Client).Distinct().Where(c => c != difference.Step.Client).ToArray())
        {
            var fewer = steps.Where(s => s.Client != client).ToList();
            if (await TryAsync(fewer, difference) is not null)
                steps = fewer;
        }

        return steps;
    }

    private async Task<(IReadOnlyList<TwinStep>, TwinDifference, string)> ReduceAsync(List<TwinStep> steps, TwinDifference difference, string how)
    {
        for (var chunk = steps.Count / 2; chunk > 0; chunk = Math.Min(chunk / 2, steps.Count / 2))
        {
            // The last step is the one that shows it.
            for (var at = 0; at < steps.Count - 1;)
            {
                var fewer = steps.Where((_, i) => i < at || i >= at + chunk || i == steps.Count - 1).ToList();
                if (await TryAsync(fewer, difference) is { } still)
                    (steps, difference) = (fewer, still);
                else
                    at += chunk;
            }
        }

        return (steps, difference, how);
    }

    private async Task<TwinDifference?> TryAsync(List<TwinStep> steps, TwinDifference difference)
    {
        if (_spent.Elapsed > patience)
            return null;
        await using var front = await rig.StartNodesAsync(nodes, _isDisturbed ? 1 : TwinRig<TServer>.Connections);
        var run = new TwinRun<TServer>(rig, identities) { IsDisturbed = _isDisturbed };
        return await run.RunAsync([.. steps.Select(s => new[] { s })], front) is [var found] && found.IsLike(difference) ? found : null;
    }
}
