using Pool.Wire.Replies;

namespace Pool.Testing;

/// <summary>What a command came to, as a client sees it.</summary>
public sealed record FakeClientResult
{
    /// <summary>The stream ended before the result did.</summary>
    public static FakeClientResult Closed { get; } = new() { IsClosed = true };

    /// <summary>See <see cref="Closed"/>.</summary>
    public bool IsClosed { get; init; }

    /// <summary>The server asks for a local file.</summary>
    public bool IsFileRequest { get; init; }

    /// <summary>The error's number; 0 for none.</summary>
    public ushort Error { get; init; }

    /// <summary>The error's text.</summary>
    public string Text { get; init; } = "";

    /// <summary>The status flags.</summary>
    public ServerStatus Status { get; init; }

    /// <summary>Affected rows.</summary>
    public ulong AffectedRows { get; init; }

    /// <summary>The insert id.</summary>
    public ulong InsertId { get; init; }

    /// <summary>The number of warnings.</summary>
    public ushort Warnings { get; init; }

    /// <summary>The first column's values; null for no result set.</summary>
    public IReadOnlyList<string?>? Rows { get; init; }

    /// <summary>The only value.</summary>
    public string? Value => Rows is [var value] ? value : throw new InvalidDataException($"not one row but {this}");

    /// <summary>True if the server said OK.</summary>
    public bool Succeeded => !IsClosed && Error == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        IsClosed ? "closed" : Error != 0 ? $"error {Error}: {Text}" : Rows is null ? "OK" : $"rows {string.Join(", ", Rows)}";
}
