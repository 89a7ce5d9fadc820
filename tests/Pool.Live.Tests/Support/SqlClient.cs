using System.Buffers;
using System.Buffers.Binary;
using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Runtime;
using Pool.Actors.Settings;
using Pool.Host.Transport;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Support;

/// <summary>
/// A client of a node or of a server that tests can have hundreds of: asynchronous, without TLS. It logs in as a node logs in at
/// its backends.
/// </summary>
internal sealed class SqlClient : IAsyncDisposable
{
    private readonly BackendConnection _connection;

    private SqlClient(BackendIdentity identity, ConnectionClass connectionClass)
    {
        Transport = identity.Transport;
        _connection = new BackendConnection(identity, connectionClass, new FingerprintTable(), TimeProvider.System);
    }

    /// <summary>The connection id of the greeting.</summary>
    public ulong Id => _connection.ThreadId;

    /// <summary>The bytes below.</summary>
    public Transport Transport { get; }

    /// <summary>What the last reply said besides its rows.</summary>
    public ReplySummary Last => _connection.Replies.Summary;

    /// <summary>Logs in; throws if that fails.</summary>
    public static async Task<SqlClient> ConnectAsync(int port, string user, string password)
    {
        var (client, failure) = await TryConnectAsync(port, user, password);
        return client ?? throw new InvalidOperationException($"{user} cannot log in: {failure}");
    }

    /// <summary>Logs in, or says why not.</summary>
    public static async Task<(SqlClient? Client, ConnectFailure? Failure)> TryConnectAsync(int port, string user, string password)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var dialled = await new SocketDialer().DialAsync("127.0.0.1", port, deadline.Token);
        if (dialled.Transport is not { } transport)
            return (null, new ConnectFailure(ConnectFailureKind.Unreachable, dialled.Failure!));

        var options = new BackendLoginOptions
        {
            Host = "127.0.0.1", User = user, Password = () => password, Class = new ConnectionClass(user, FoundRows: false, LocalFiles: false),
        };
        var result = await new BackendLogin(options, transport).RunAsync(deadline.Token);
        return (result.Identity is { } identity ? new SqlClient(identity, options.Class) : null, result.Failure);
    }

    /// <summary>Runs a statement; an error is in the result, -1 if the connection is lost.</summary>
    public async Task<QueryResult> TryAsync(string sql)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(45));
        return await _connection.QueryAsync(sql, deadline.Token);
    }

    /// <summary>Runs a statement and answers its first value; throws if it fails.</summary>
    public async Task<string?> QueryAsync(string sql)
    {
        var result = await TryAsync(sql);
        Assert.True(result.Succeeded, $"{Shortened(sql)}: {result.ErrorCode} {result.ErrorText}");
        return result.Rows is [[var value, ..], ..] ? value : null;
    }

    /// <summary>Sends a command as it is and reads its reply, packet by packet.</summary>
    public async Task<RawReply> RunAsync(CommandCode command, params byte[] arguments)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(45));
        using var abort = deadline.Token.Register(_connection.Abort);
        var (sent, shape) = (await _connection.SendAsync(Packets(command, arguments)), ReplyShapes.Of(command));
        if (shape == ReplyShape.None)
            return new RawReply(default, []);

        var packets = arguments.Length / PacketHeader.MaxPayload;
        _connection.Replies.Begin(shape, _connection.Capabilities, _connection.Capabilities, _connection.Status, (byte)(packets + 1));
        var reply = new ArrayBufferWriter<byte>();
        while (sent)
        {
            var progress = _connection.Replies.Scan();
            reply.Write(_connection.Replies.Window.Ready.Span);
            _connection.Replies.Window.Sent();
            if (progress == ReplyProgress.Done)
                return new RawReply(_connection.Replies.Summary, RawReply.Split(reply.WrittenSpan));

            Assert.Equal(ReplyProgress.NeedMore, progress);
            var received = await _connection.ReceiveAsync();
            _connection.Replies.Window.Received(received);
            sent = received > 0;
        }

        throw new InvalidOperationException($"{command}: the connection is lost");
    }

    /// <summary>Begins a statement, whose reply nobody reads.</summary>
    public ValueTask<bool> SendAsync(string sql)
    {
        var command = new ArrayBufferWriter<byte>();
        CommandPackets.Query(command, sql);
        return _connection.SendAsync(command.WrittenMemory);
    }

    /// <summary>Runs a statement, keeps nothing of its reply, and answers how many bytes it had; -1 if it failed.</summary>
    public async Task<long> MeasureAsync(string sql, byte sequence = 1)
    {
        _connection.Replies.Begin(ReplyShape.Results, _connection.Capabilities, _connection.Capabilities, _connection.Status, sequence);
        for (var (bytes, sent) = (0L, await SendAsync(sql)); sent;)
        {
            var progress = _connection.Replies.Scan();
            _connection.Replies.Window.Sent();
            if (progress != ReplyProgress.NeedMore)
                return progress == ReplyProgress.Done && _connection.Replies.Summary.ErrorCode == 0 ? bytes : -1;

            var received = await _connection.ReceiveAsync();
            _connection.Replies.Window.Received(received);
            bytes += received;
            sent = received > 0;
        }

        return -1;
    }

    /// <summary>Waits for an error that nobody asked for, and for the end of the stream after it; 0 if there was only the end.</summary>
    // It may have come together with the last reply.
    public Task<int> LastWordsAsync() => LastWordsAsync(Transport, _connection.Replies.Window.Unscanned.ToArray());

    /// <summary>As the other, on a stream without a login.</summary>
    public static Task<int> LastWordsAsync(Transport transport) => LastWordsAsync(transport, []);

    /// <summary>Is gone, without a word.</summary>
    public void Vanish() => Transport.Abort();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _connection.CloseAsync(TimeSpan.FromSeconds(5));
        }
        catch (InvalidOperationException)
        {
            // A statement is under way still: the test has failed, and says so itself.
            Transport.Abort();
        }
    }

    private static async Task<int> LastWordsAsync(Transport transport, byte[] received)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var abort = deadline.Token.Register(transport.Abort);
        const int CodeAt = 5;
        const byte Error = 0xff;
        var (bytes, length) = (new byte[4096], received.Length);
        received.CopyTo(bytes, 0);
        while (await transport.ReceiveAsync(bytes.AsMemory(length)) is > 0 and var count)
            length += count;
        Assert.False(deadline.IsCancellationRequested, "the stream does not end");
        return length > CodeAt && bytes[CodeAt - 1] == Error ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(CodeAt)) : 0;
    }

    private static byte[] Packets(CommandCode command, byte[] arguments)
    {
        var payload = new[] { (byte)command }.Concat(arguments).ToArray();
        var output = new ArrayBufferWriter<byte>();
        byte sequence = 0;
        for (var at = 0; ; at += PacketHeader.MaxPayload)
        {
            var part = payload.AsSpan(at, Math.Min(payload.Length - at, PacketHeader.MaxPayload));
            new PacketHeader(part.Length, sequence++).Write(output.GetSpan(PacketHeader.Size));
            output.Advance(PacketHeader.Size);
            output.Write(part);
            if (part.Length < PacketHeader.MaxPayload)
                return output.WrittenSpan.ToArray();
        }
    }

    private static string Shortened(string sql) => sql.Length > 200 ? sql[..200] + "..." : sql;
}
