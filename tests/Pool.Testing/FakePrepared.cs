using Pool.Wire.Commands;

namespace Pool.Testing;

/// <summary>A prepared statement of a <see cref="FakeServerSession"/>: what it was prepared under, and what it remembers.</summary>
internal sealed class FakePrepared(string text, string? database, string sqlMode, string timeZone)
{
    private string _types = "none";
    private int _longBytes;

    /// <summary>Its text.</summary>
    public string Text => text;

    /// <summary>How many parameters it has.</summary>
    public int Parameters { get; } = text.Count(c => c == '?');

    /// <summary>Takes a part of a parameter.</summary>
    public void TakeLongData(int bytes) => _longBytes += bytes;

    /// <summary>Forgets the parts of parameters.</summary>
    public void Reset() => _longBytes = 0;

    /// <summary>Executes it; the answer says all that it depends on.</summary>
    public string Run(byte[] payload)
    {
        if (Parameters > 0 && ExecutePacket.TryFindTypes(payload, Parameters, out var types, out _) && !types.IsEmpty)
        {
            _types = Convert.ToHexStringLower(types);
        }

        var answer = text
            + (database is null ? "" : $" in {database}")
            + (sqlMode.Contains("ANSI_QUOTES", StringComparison.Ordinal) ? " with ANSI_QUOTES" : "")
            + (text.Contains("TIMESTAMP'", StringComparison.Ordinal) ? $" at {timeZone}" : "")
            + (Parameters == 0 ? "" : $" of {_types}")
            + (_longBytes == 0 ? "" : $" and {_longBytes} bytes");
        Reset();
        return answer;
    }
}
