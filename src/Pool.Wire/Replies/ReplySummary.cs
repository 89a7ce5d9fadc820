namespace Pool.Wire.Replies;

/// <summary>What a reply said, as far as the pool must know it. Holds for the last result when there are several, but for what adds up: the flags of changes, <see cref="HadResultSet"/> and <see cref="HadWarnings"/>.</summary>
public struct ReplySummary
{
    /// <summary>The status flags of the last OK, EOF or terminator.</summary>
    public ServerStatus Status { get; set; }

    /// <summary>True if the reply had an OK, EOF or terminator, and so <see cref="Status"/> holds.</summary>
    public bool HasStatus { get; set; }

    /// <summary>The warning count of the last result.</summary>
    public ushort Warnings { get; set; }

    /// <summary>True if any result had warnings, or what was prepared has.</summary>
    public bool HadWarnings { get; set; }

    /// <summary>The server's error, 0 for none.</summary>
    public ushort ErrorCode { get; set; }

    /// <summary>Affected rows of the last OK.</summary>
    public ulong AffectedRows { get; set; }

    /// <summary>The insert id of the last OK that had one; 0 for none.</summary>
    public ulong LastInsertId { get; set; }

    /// <summary>Rows of the last result set.</summary>
    public ulong Rows { get; set; }

    /// <summary>True if the last result was a result set.</summary>
    public bool IsResultSet { get; set; }

    /// <summary>True if any result was a result set that came to its end.</summary>
    public bool HadResultSet { get; set; }

    /// <summary>The session trackers reported a system variable.</summary>
    public bool VariableChanged { get; set; }

    /// <summary>The session trackers reported a change of state without saying what.</summary>
    public bool StateChanged { get; set; }

    /// <summary>The id of the statement that was prepared.</summary>
    public uint StatementId { get; set; }

    /// <summary>How many parameters the statement that was prepared has.</summary>
    public ushort ParameterCount { get; set; }
}
