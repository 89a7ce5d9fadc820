using System.Text;
using Pool.Actors.Runtime;
using Pool.Host.Transport;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Live.Tests.Twin;

/// <summary>
/// A client that keeps every packet of every reply as it came, and reads replies by its own rules. One flow of control.
/// </summary>
internal sealed class WireClient : IAsyncDisposable
{
    private const int MaxPayloadBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private readonly PacketChannel _channel;
    private readonly List<WirePacket> _reply = [];
    private bool _asksForCursor;
    private Capabilities _flags;

    private WireClient(Transport transport) => _channel = new PacketChannel(transport);

    /// <summary>The connection id that it was told.</summary>
    public uint Id { get; private set; }

    /// <summary>The status flags of the last OK or EOF.</summary>
    public ServerStatus Status { get; private set; }

    /// <summary>Connects and logs in; throws if that fails.</summary>
    public static async Task<WireClient> ConnectAsync(int port, WireIdentity identity)
    {
        using var deadline = new CancellationTokenSource(s_patience);
        var dialled = await new SocketDialer().DialAsync("127.0.0.1", port, deadline.Token);
        var client = new WireClient(dialled.Transport ?? throw new InvalidOperationException($"port {port}: {dialled.Failure}"));
        using var abort = deadline.Token.Register(client._channel.Transport.Abort);
        (client._flags, client.Id) = await WireLogin.RunAsync(client._channel, identity);
        return client;
    }

    /// <summary>Runs a statement.</summary>
    public Task<WireReply> QueryAsync(string sql) => RunAsync(CommandCode.Query, Encoding.UTF8.GetBytes(sql));

    /// <summary>Runs a statement and answers its first value; throws if it fails.</summary>
    public async Task<string?> ScalarAsync(string sql)
    {
        var reply = await QueryAsync(sql);
        Assert.True(reply.ErrorCode == 0 && !reply.IsLost, $"{sql}: {reply}");
        return reply.Rows.FirstOrDefault()?[0];
    }

    /// <summary>Sends a command and reads its whole reply. A connection that ends, and a reply that does not come, are replies too.</summary>
    public async Task<WireReply> RunAsync(CommandCode command, byte[] arguments)
    {
        _reply.Clear();
        _channel.Sequence = 0;
        using var expiry = new CancellationTokenSource(s_patience);
        using var abort = expiry.Token.UnsafeRegister(static t => ((Transport)t!).Abort(), _channel.Transport);
        byte[] payload = [(byte)command, .. arguments];
        _asksForCursor = ExecutePacket.AsksForCursor(payload);
        if (!await _channel.WriteAsync(payload))
            Lost("the command cannot be sent");
        else if (command is not (CommandCode.StmtClose or CommandCode.StmtSendLongData or CommandCode.Quit))
            await ReadReplyAsync(command);
        if (expiry.IsCancellationRequested)
            Lost("no answer in time");
        return new WireReply([.. _reply]);
    }

    /// <summary>Is gone, without a word.</summary>
    public void Vanish() => _channel.Transport.Abort();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RunAsync(CommandCode.Quit, []);
        Vanish();
        _channel.Dispose();
    }

    private bool Has(Capabilities flag) => (_flags & flag) != 0;

    private async Task ReadReplyAsync(CommandCode command)
    {
        switch (command)
        {
            case CommandCode.StmtPrepare:
                await ReadPreparedAsync();
                break;
            case CommandCode.StmtFetch:
                await ReadRowsAsync();
                break;
            case CommandCode.FieldList:
                await ReadColumnsAsync(int.MaxValue);
                break;
            case CommandCode.Statistics:
                await ReadAsync(WireRole.Other);
                break;
            default:
                while (await ReadResultAsync() && (Status & ServerStatus.MoreResults) != 0)
                {
                }

                break;
        }
    }

    // False when it was the last, whatever the status says.
    private async Task<bool> ReadResultAsync()
    {
        switch (await PeekAsync())
        {
            case null or ErrPacket.Header:
                return false;
            case OkPacket.Header or EofPacket.Header:
                return true;
            default:
                _reply[^1] = _reply[^1] with { Role = WireRole.Count };
                var columns = (int)new WireReader(_reply[^1].Payload).LengthEncoded();
                if (!await ReadColumnsAsync(columns))
                    return false;
                return (_asksForCursor && !Has(Capabilities.DeprecateEof) && (Status & ServerStatus.CursorExists) != 0) || await ReadRowsAsync();
        }
    }

    private async Task ReadPreparedAsync()
    {
        var head = await ReadAsync(WireRole.Other);
        if (head is not { Role: WireRole.Other, Payload: [OkPacket.Header, ..] })
            return;
        PreparedId = BitConverter.ToUInt32(head.Payload, 1);
        var (columns, parameters) = (BitConverter.ToUInt16(head.Payload, 5), BitConverter.ToUInt16(head.Payload, 7));
        _reply[^1] = WirePacket.Prepared(head.Payload);
        if (parameters == 0 || await ReadColumnsAsync(parameters))
            _ = columns == 0 || await ReadColumnsAsync(columns);
        PreparedParameters = parameters;
    }

    /// <summary>The id of the statement that was prepared last.</summary>
    public uint PreparedId { get; private set; }

    /// <summary>How many parameters it has.</summary>
    public int PreparedParameters { get; private set; }

    // As many as announced, with the EOF of the old format; or until an end.
    private async Task<bool> ReadColumnsAsync(int count)
    {
        var last = count == int.MaxValue || !Has(Capabilities.DeprecateEof) ? 1 : 0;
        for (var i = 0; i < (count == int.MaxValue ? count : count + last); i++)
        {
            var packet = await ReadAsync(WireRole.Column);
            if (packet.Role is WireRole.Lost or WireRole.Error)
                return false;
            if (packet.Role is WireRole.Eof or WireRole.Ok)
                return true;
        }

        return true;
    }

    // A cursor's answer in the new format has the end at once.
    private async Task<bool> ReadRowsAsync()
    {
        while (true)
        {
            var packet = await ReadAsync(WireRole.Row);
            if (packet.Role is WireRole.Lost or WireRole.Error)
                return false;
            if (packet.Role is WireRole.Eof or WireRole.Ok)
                return true;
        }
    }

    private async Task<byte?> PeekAsync()
    {
        var packet = await ReadAsync(WireRole.Other, isFirst: true);
        return packet.Role is WireRole.Lost ? null : packet.Payload[0];
    }

    private async Task<WirePacket> ReadAsync(WireRole role, bool isFirst = false)
    {
        var read = await _channel.ReadAsync(MaxPayloadBytes);
        if (!read.Succeeded)
            return Lost($"the stream ended: {read.Fault}");
        var packet = Understood(read.Payload.ToArray(), role, isFirst);
        _reply.Add(packet);
        return packet;
    }

    private WirePacket Understood(byte[] payload, WireRole role, bool isFirst)
    {
        const int LongestEof = 9;
        switch (payload)
        {
            case [ErrPacket.Header, ..]:
                return new WirePacket(WireRole.Error, payload);
            case [EofPacket.Header, ..] when !Has(Capabilities.DeprecateEof) && payload.Length < LongestEof:
                _ = EofPacket.TryRead(payload, out var status, out _);
                Status = status;
                return WirePacket.Eof(payload, _flags, isBetween: role == WireRole.Column, _asksForCursor);
            case [OkPacket.Header, ..] when isFirst:
            case [OkPacket.TerminatorHeader, ..] when Has(Capabilities.DeprecateEof) && payload.Length < PacketHeader.MaxPayload:
                _ = OkPacket.TryRead(payload, _flags, out var ok);
                Status = ok.Status;
                return WirePacket.Ok(payload, _flags);
            default:
                return new WirePacket(role, payload);
        }
    }

    private WirePacket Lost(string why)
    {
        var packet = new WirePacket(WireRole.Lost, Encoding.UTF8.GetBytes(why));
        _reply.Add(packet);
        return packet;
    }
}
