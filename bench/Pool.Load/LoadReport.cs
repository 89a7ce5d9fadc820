using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pool.Load;

/// <summary>What a run came to. Latencies in microseconds, of whole replies as the client saw them.</summary>
internal sealed record LoadReport
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public required string Label { get; init; }

    /// <summary>What the clients did: a <see cref="LoadMode"/>, or what the script calls it.</summary>
    public required string Mode { get; init; }

    public required bool DeprecateEof { get; init; }

    public required int Connections { get; init; }

    public required double Seconds { get; init; }

    public required long Queries { get; init; }

    /// <summary>Clients that ended early: each stops at its first error.</summary>
    public required int Errors { get; init; }

    /// <summary>Texts of different errors, with how many clients ended so.</summary>
    public IReadOnlyDictionary<string, int>? ErrorTexts { get; init; }

    public double Qps => Math.Round(Queries / Seconds, 1);

    public long? P50Us { get; init; }

    public long? P99Us { get; init; }

    public long? MaxUs { get; init; }

    /// <summary>The 99th percentile of the client in the middle.</summary>
    public long? MedianClientP99Us { get; init; }

    /// <summary>The 99th percentile of the client that fared worst.</summary>
    public long? SlowestClientP99Us { get; init; }

    /// <summary>The fewest queries that any client got through.</summary>
    public long? FewestQueries { get; init; }

    /// <summary>CPU time of the watched process per query.</summary>
    public double? CpuUsPerQuery { get; init; }

    /// <summary>CPU time of the database per query.</summary>
    public double? DatabaseCpuUsPerQuery { get; init; }

    /// <summary>CPU time per query of the database and of what is between it and the clients.</summary>
    public double? ServingCpuUsPerQuery => CpuUsPerQuery + DatabaseCpuUsPerQuery;

    /// <summary>Managed allocations of the watched process per query.</summary>
    public double? AllocatedPerQuery { get; init; }

    /// <summary>Resident memory of the watched process after the run.</summary>
    public long? RssKb { get; init; }

    /// <summary>What the process in the middle and the database counted meanwhile, per thousand queries.</summary>
    public IReadOnlyDictionary<string, double>? PerThousand { get; init; }

    public IReadOnlyList<ClientReport>? Clients { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    public static LoadReport FromJson(string json) => JsonSerializer.Deserialize<LoadReport>(json, s_json)!;

    /// <summary>
    /// Adds a run's clients up, with what the process in the middle used and what the server counted meanwhile.
    /// </summary>
    public static LoadReport From(
        LoadOptions options, IReadOnlyList<LoadClient> clients, double seconds, WatchedProcess? cost, IEnumerable<KeyValuePair<string, double>> server)
    {
        var all = new LatencyHistogram();
        foreach (var client in clients)
        {
            all.Add(client.Latencies);
        }

        var p99 = clients.Select(c => c.Latencies.Percentile(0.99)).Order().ToArray();
        var errors = clients.Where(c => c.Failure is not null).GroupBy(c => c.Failure!.Message).ToDictionary(g => g.Key, g => g.Count());
        var queries = Math.Max(1.0, all.Count);
        return new LoadReport
        {
            Label = options.Label,
            Mode = options.ModeLabel.Length > 0 ? options.ModeLabel : options.Mode.ToString().ToLowerInvariant(),
            DeprecateEof = options.DeprecateEof,
            Connections = clients.Count,
            Seconds = Math.Round(seconds, 3),
            Queries = all.Count,
            Errors = errors.Values.Sum(),
            ErrorTexts = errors.Count > 0 ? errors : null,
            P50Us = all.Percentile(0.5),
            P99Us = all.Percentile(0.99),
            MaxUs = all.Max,
            MedianClientP99Us = p99[p99.Length / 2],
            SlowestClientP99Us = p99[^1],
            FewestQueries = clients.Min(c => c.Latencies.Count),
            CpuUsPerQuery = cost is null ? null : Math.Round(cost.CpuMicroseconds / queries, 2),
            DatabaseCpuUsPerQuery = cost?.DatabaseCpuMicroseconds is { } database ? Math.Round(database / queries, 2) : null,
            AllocatedPerQuery = cost?.Counters.TryGetValue(WatchedProcess.Allocated, out var bytes) == true ? Math.Round(bytes / queries, 1) : null,
            RssKb = cost?.RssKb,
            PerThousand = (cost?.Counters ?? new Dictionary<string, double>()).Where(c => c.Key != WatchedProcess.Allocated).Concat(server)
                .ToDictionary(c => c.Key, c => Math.Round(c.Value * 1000 / queries, 3)),
            Clients = options.PerClient ? [.. clients.Select(ClientReport.From)] : null,
        };
    }

    public override string ToString() =>
        $"""
        {Label} {Mode} {Connections} clients, DEPRECATE_EOF {(DeprecateEof ? "on" : "off")}, {Seconds:0.0} s
        queries {Queries}, {Qps:0} per second, errors {Errors}
        latency us: p50 {P50Us}, p99 {P99Us}, max {MaxUs}; p99 of the median client {MedianClientP99Us}, of the slowest {SlowestClientP99Us} ({SlowestClientP99Us / (double)Math.Max(1, MedianClientP99Us ?? 1):0.00} times); fewest queries of a client {FewestQueries}
        process in the middle: CPU us per query {CpuUsPerQuery} (database {DatabaseCpuUsPerQuery}), bytes allocated per query {AllocatedPerQuery}, RSS kB {RssKb}
        per 1000 queries: {string.Join(", ", (PerThousand ?? new Dictionary<string, double>()).Select(c => $"{c.Key} {c.Value}"))}
        {string.Join("\n", (ErrorTexts ?? new Dictionary<string, int>()).Select(e => $"{e.Value} x {e.Key}"))}
        """;
}

/// <summary>One client's part of a <see cref="LoadReport"/>.</summary>
internal sealed record ClientReport(long Queries, long P50Us, long P99Us, long MaxUs, string? Error)
{
    public static ClientReport From(LoadClient client) => new(
        client.Latencies.Count,
        client.Latencies.Percentile(0.5),
        client.Latencies.Percentile(0.99),
        client.Latencies.Max,
        client.Failure?.Message);
}
