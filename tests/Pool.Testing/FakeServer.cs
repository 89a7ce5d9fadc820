using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Pool.Actors.Runtime;
using Pool.Wire;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;

namespace Pool.Testing;

/// <summary>A command that a <see cref="FakeServer"/> was sent.</summary>
/// <param name="ThreadId">The connection.</param>
/// <param name="Payload">The command with its code.</param>
public sealed record FakeStatement(ulong ThreadId, byte[] Payload)
{
    /// <summary>The command.</summary>
    public CommandCode Command => (CommandCode)Payload[0];

    /// <summary>The text after the code.</summary>
    public string Text { get; } = Encoding.UTF8.GetString(Payload.AsSpan(1, Math.Min(Payload.Length - 1, 16 * 1024)));

    /// <summary>The id of the prepared statement.</summary>
    public uint StatementId() => BinaryPrimitives.ReadUInt32LittleEndian(Payload.AsSpan(1));
}

/// <summary>
/// A database server in memory: speaks the protocol, keeps what a server keeps for each connection, remembers everything that it
/// was sent, and goes wrong where <see cref="Script"/> says so. Thread-safe; every connection is a flow of its own.
/// </summary>
public sealed class FakeServer : IDialer
{
    internal const Capabilities Offered =
        Capabilities.LongPassword | Capabilities.FoundRows | Capabilities.LongFlag | Capabilities.ConnectWithDatabase
        | Capabilities.LocalFiles | Capabilities.IgnoreSpace | Capabilities.Protocol41 | Capabilities.Transactions
        | Capabilities.SecureConnection | Capabilities.MultiStatements | Capabilities.MultiResults | Capabilities.PsMultiResults
        | Capabilities.PluginAuth | Capabilities.ConnectAttributes | Capabilities.PluginAuthLengthEncoded
        | Capabilities.SessionTrack | Capabilities.DeprecateEof;

    private readonly ConcurrentDictionary<ulong, FakeServerConnection> _live = new();
    private readonly ConcurrentQueue<FakeStatement> _log = new();
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly Lock _counting = new();
    private long _lastThread;
    private long _lastInsertId;
    private long _fileBytes;

    /// <summary>The version in the greeting.</summary>
    public string Version { get; init; } = "8.4.0";

    /// <summary>As MariaDB does: a statement that uses no table leaves the warnings of the last one that did.</summary>
    public bool KeepsWarnings { get; init; }

    /// <summary>The values that a session's variables have after a reset, by name.</summary>
    public SortedDictionary<string, string> Globals { get; } = new(StringComparer.Ordinal)
    {
        ["autocommit"] = "1",
        ["character_set_client"] = "utf8mb3",
        ["character_set_connection"] = "utf8mb3",
        ["character_set_results"] = "utf8mb3",
        ["collation_connection"] = "server_default",
        ["group_concat_max_len"] = "1024",
        ["interactive_timeout"] = "28800",
        ["old_mode"] = "",
        ["profiling"] = "0",
        ["sql_auto_is_null"] = "0",
        ["sql_mode"] = "STRICT_TRANS_TABLES",
        ["time_zone"] = "SYSTEM",
        ["wait_timeout"] = "28800",
    };

    /// <summary>Variables that sessions cannot set: their values, and the errors that say so.</summary>
    public Dictionary<string, (string Value, ushort Error)> Fixed { get; } = [];

    /// <summary>Bytes come in pieces of random sizes by this seed; null: as they were sent.</summary>
    public int? Seed { get; init; }

    /// <summary>Answers a command in the server's place; an answer of null leaves it to the server.</summary>
    public Func<FakeServerConnection, FakeStatement, FakeServerReply?>? Script { get; set; }

    /// <summary>What every statement waits for before it takes effect; null: nothing.</summary>
    public Func<Task>? Pace { get; set; }

    /// <summary>What a connection waits for before it takes its next command; null for nothing.</summary>
    public Func<FakeServerConnection, Task>? Taking { get; set; }

    /// <summary>Nobody listens.</summary>
    public bool IsDown { get; set; }

    /// <summary>The error that logins get; null: they succeed.</summary>
    public ushort? LoginError { get; set; }

    /// <summary>The connections that are open.</summary>
    public ICollection<FakeServerConnection> Live => _live.Values;

    /// <summary>The most connections that were ever open at once.</summary>
    public int Peak { get; private set; }

    /// <summary>Everything that was sent, in the order of its arrival.</summary>
    public IReadOnlyCollection<FakeStatement> Log => _log;

    /// <summary>The texts of the statements that were sent.</summary>
    public IEnumerable<string> Queries => _log.Where(s => s.Command == CommandCode.Query).Select(s => s.Text);

    /// <summary>What was sent and was no command.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>Bytes of local files that were sent.</summary>
    public long FileBytes => Interlocked.Read(ref _fileBytes);

    /// <inheritdoc/>
    public ValueTask<DialResult> DialAsync(string host, int port, CancellationToken cancel)
    {
        if (IsDown)
        {
            return ValueTask.FromResult(new DialResult(null, "connection refused"));
        }

        var threadId = (ulong)Interlocked.Increment(ref _lastThread);
        var (near, far) = PipeTransport.CreatePair(Seed + (int)threadId);
        var connection = new FakeServerConnection(this, threadId, far, near);
        lock (_counting)
        {
            _live[threadId] = connection;
            Peak = Math.Max(Peak, _live.Count);
        }

        _ = connection.ServeAsync();
        return ValueTask.FromResult(new DialResult(near, null));
    }

    /// <summary>Interrupts a connection's statement, or ends it; false if there is no such connection.</summary>
    public bool Kill(ulong threadId, bool ends)
    {
        if (!_live.TryGetValue(threadId, out var connection))
        {
            return false;
        }

        if (ends)
        {
            connection.End();
        }
        else
        {
            connection.Interrupt();
        }

        return true;
    }

    internal bool IsLive(ulong threadId) => _live.ContainsKey(threadId);

    internal ulong NextInsertId() => (ulong)Interlocked.Increment(ref _lastInsertId);

    internal void Note(FakeStatement statement) => _log.Enqueue(statement);

    internal void NoteFile(ReadOnlySpan<byte> bytes) => Interlocked.Add(ref _fileBytes, bytes.Length);

    internal void NoteFault(WireFault fault)
    {
        if (fault != WireFault.None)
        {
            _faults.Enqueue(fault.ToString());
        }
    }

    internal void Left(FakeServerConnection connection)
    {
        lock (_counting)
        {
            _live.TryRemove(connection.ThreadId, out _);
        }
    }
}
