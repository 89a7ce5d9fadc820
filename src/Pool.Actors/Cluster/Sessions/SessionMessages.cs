using System.Text.Json.Serialization;
using Pool.Actors.Cluster.Membership;
using Pool.Wire.Statements;

namespace Pool.Actors.Cluster.Sessions;

/// <summary>A KILL for another node.</summary>
internal sealed record KillQuestion
{
    /// <summary>The version of the message.</summary>
    [JsonPropertyName("v")]
    public int Version { get; init; } = ClusterProtocol.Current;

    /// <summary>The session.</summary>
    public required uint Session { get; init; }

    /// <summary>The incarnation of the node that the asker takes for the owner of the session's slot.</summary>
    public required long Owner { get; init; }

    /// <summary>What of it ends.</summary>
    public required KillScope Scope { get; init; }

    /// <summary>Who asks.</summary>
    public required string User { get; init; }

    /// <summary>May end other users' sessions.</summary>
    public required bool CanKillOthers { get; init; }
}

/// <summary>What became of a KILL.</summary>
internal sealed record KillAnswer
{
    /// <summary>What became of it; <see cref="KillOutcome.Unreachable"/> from a node that does not own the slot, or not any more.</summary>
    public required KillOutcome Outcome { get; init; }
}

/// <summary>A request for the sessions of another node.</summary>
internal sealed record ListQuestion
{
    /// <summary>The version of the message.</summary>
    [JsonPropertyName("v")]
    public int Version { get; init; } = ClusterProtocol.Current;

    /// <summary>Whose sessions; null for all.</summary>
    public string? User { get; init; }
}

/// <summary>The sessions of a node.</summary>
internal sealed record ListAnswer
{
    /// <summary>The sessions, in the order of their ids.</summary>
    public required IReadOnlyList<ProcessRow> Rows { get; init; }
}

/// <summary>How messages about sessions are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KillQuestion))]
[JsonSerializable(typeof(KillAnswer))]
[JsonSerializable(typeof(ListQuestion))]
[JsonSerializable(typeof(ListAnswer))]
internal sealed partial class SessionJson : JsonSerializerContext;
