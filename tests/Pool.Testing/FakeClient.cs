using System.Text;
using Pool.Actors.Runtime;
using Pool.Wire;
using Pool.Wire.Auth;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Testing;

/// <summary>
/// A client that speaks the protocol by the book and believes nothing: it checks every sequence number, and reads replies by its
/// own rules. One flow of control.
/// </summary>
public sealed class FakeClient(PipeTransport transport, FakeClientLink link)
{
    /// <summary>The password of every user.</summary>
    public const string Password = "correct horse";

    /// <summary>What it says unless told otherwise: the newest format, which is the servers'.</summary>
    public const Capabilities Flags =
        Capabilities.LongPassword | Capabilities.Protocol41 | Capabilities.SecureConnection | Capabilities.PluginAuth
        | Capabilities.Transactions | Capabilities.MultiResults | Capabilities.PsMultiResults
        | Capabilities.DeprecateEof | Capabilities.SessionTrack;

    private const int MaxPayloadBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly PacketChannel _channel = new(transport);
    private Capabilities _flags;

    /// <summary>The stream.</summary>
    public PipeTransport Transport { get; } = transport;

    /// <summary>The node's end of it.</summary>
    public FakeClientLink Link { get; } = link;

    /// <summary>What the greeting told as the connection id.</summary>
    public uint ConnectionId { get; private set; }

    /// <summary>The salt of the greeting.</summary>
    public byte[] Salt { get; private set; } = [];

    /// <summary>Reads the greeting; the answer is null, or the error that came instead.</summary>
    public async Task<FakeClientResult?> MeetAsync()
    {
        var payload = await ReadAsync();
        if (payload is not [ServerGreeting.ProtocolVersion, ..])
        {
            return ReadError(payload);
        }

        _ = ServerGreeting.TryRead(payload, out var greeting);
        (ConnectionId, Salt) = (greeting.ThreadId, greeting.Salt.ToArray());
        return null;
    }

    /// <summary>Answers the greeting, and reads what that comes to.</summary>
    public async Task<FakeClientResult> LogInAsync(string user, string? database, Capabilities flags = Flags, byte collation = 45, string password = Password)
    {
        _flags = flags | (database is null ? Capabilities.None : Capabilities.ConnectWithDatabase);
        await _channel.WriteAsync(Response(user, database ?? "", NativePassword.Respond(Encoding.UTF8.GetBytes(password), Salt), collation));
        return await ReadResultAsync(_channel.Sequence);
    }

    /// <summary>Answers an AuthSwitch to the native method, which a change of the user begins with.</summary>
    public async Task<FakeClientResult> ChangeUserAsync(string user, string? database = null, string password = Password)
    {
        await SendAsync(CommandCode.ChangeUser,
        [
            .. Encoding.UTF8.GetBytes(user), 0, 0, .. Encoding.UTF8.GetBytes(database ?? ""), 0, 45, 0,
            .. AuthMethod.NativePassword.WireName(), 0,
        ]);
        _channel.Sequence = 1;
        if (await ReadAsync() is not [AuthSwitchRequest.Header, .., 0] payload)
        {
            return FakeClientResult.Closed;
        }

        await _channel.WriteAsync(NativePassword.Respond(Encoding.UTF8.GetBytes(password), payload.AsSpan()[^21..^1]));
        return await ReadResultAsync(_channel.Sequence);
    }

    /// <summary>Sends a statement and reads its (first) result.</summary>
    public async Task<FakeClientResult> QueryAsync(string sql)
    {
        await SendAsync(CommandCode.Query, Encoding.UTF8.GetBytes(sql));
        return await ReadResultAsync();
    }

    /// <summary>Sends a command and reads its (first) result.</summary>
    public async Task<FakeClientResult> RunAsync(CommandCode command, params byte[] arguments)
    {
        await SendAsync(command, arguments);
        return await ReadResultAsync();
    }

    /// <summary>Prepares a statement and answers its id.</summary>
    public async Task<uint> PrepareAsync(string sql)
    {
        await SendAsync(CommandCode.StmtPrepare, Encoding.UTF8.GetBytes(sql));
        _channel.Sequence = 1;
        var payload = await ReadAsync() ?? [];
        var reader = new WireReader(payload);
        reader.Skip(1);
        var id = reader.UInt32();
        var (columns, parameters) = (reader.UInt16(), reader.UInt16());
        foreach (var definitions in (ushort[])[parameters, columns])
        {
            for (var i = definitions + (definitions > 0 && !Has(Capabilities.DeprecateEof) ? 1 : 0); i > 0; i--)
            {
                await ReadAsync();
            }
        }

        return id;
    }

    /// <summary>Sends a command, in as many packets as it takes.</summary>
    public async Task SendAsync(CommandCode command, params byte[] arguments)
    {
        _channel.Sequence = 0;
        _channel.Queue([(byte)command, .. arguments]);
        await _channel.FlushAsync();
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendRawAsync(params byte[] bytes) => await Transport.SendAsync(bytes);

    /// <summary>Sends a payload that goes on with the exchange, a part of a local file for instance.</summary>
    public async Task ContinueAsync(params byte[] payload) => await _channel.WriteAsync(payload);

    /// <summary>Reads one result, whose first packet has this sequence number.</summary>
    public async Task<FakeClientResult> ReadResultAsync(byte sequence = 1)
    {
        _channel.Sequence = sequence;
        return await ReadNextResultAsync();
    }

    /// <summary>The next packet is the first of a reply.</summary>
    public void BeginReply() => _channel.Sequence = 1;

    /// <summary>Reads a further result of the same reply.</summary>
    public async Task<FakeClientResult> ReadNextResultAsync()
    {
        var payload = await ReadAsync();
        return payload switch
        {
            null => FakeClientResult.Closed,
            [OkPacket.Header, ..] => ReadOk(payload),
            [ErrPacket.Header, ..] => ReadError(payload),
            [0xFB, ..] => new FakeClientResult { IsFileRequest = true },
            _ => await ReadRowsAsync(payload[0]),
        };
    }

    /// <summary>Reads the next payload; null when the stream has ended.</summary>
    public async Task<byte[]?> ReadAsync()
    {
        var read = await _channel.ReadAsync(MaxPayloadBytes).AsTask().WaitAsync(s_patience);
        return read.Succeeded ? read.Payload.ToArray()
            : read.Fault is WireFault.None or WireFault.Truncated ? null
            : throw new InvalidDataException($"the client was sent a malformed packet: {read.Fault}");
    }

    /// <summary>Reads the next bytes as they are, without packets; 0 when the stream has ended.</summary>
    public async Task<int> ReadRawAsync(Memory<byte> buffer) => await Transport.ReceiveAsync(buffer).AsTask().WaitAsync(s_patience);

    private byte[] Response(string user, string database, byte[] answer, byte collation)
    {
        var response = new HandshakeResponse
        {
            Head = new SslRequest { ClientFlags = _flags, CollationId = collation },
            Effective = _flags,
            User = Encoding.UTF8.GetBytes(user),
            AuthResponse = answer,
            PluginName = AuthMethod.NativePassword.WireName(),
            Database = Encoding.UTF8.GetBytes(database),
        };
        var writer = new WireWriter(new byte[response.MaxLength]);
        response.Write(ref writer);
        return writer.Written.ToArray();
    }

    private bool Has(Capabilities flag) => (_flags & flag) != 0;

    private async Task<FakeClientResult> ReadRowsAsync(byte columns)
    {
        for (var i = columns + (Has(Capabilities.DeprecateEof) ? 0 : 1); i > 0; i--)
        {
            var payload = await ReadAsync();
            if (payload is null or [ErrPacket.Header, ..])
            {
                return ReadError(payload);
            }
        }

        var rows = new List<string?>();
        while (await ReadAsync() is { } payload)
        {
            switch (payload)
            {
                case [ErrPacket.Header, ..]:
                    return ReadError(payload) with { Rows = rows };
                case [OkPacket.TerminatorHeader, ..] when payload.Length < PacketHeader.MaxPayload:
                    return ReadTerminator(payload) with { Rows = rows };
                default:
                    rows.Add(ReadText(payload));
                    break;
            }
        }

        return FakeClientResult.Closed with { Rows = rows };
    }

    private static string? ReadText(byte[] payload)
    {
        var reader = new WireReader(payload[0] == 0 && payload.Length > 2 ? payload.AsSpan(2) : payload);
        return payload[0] == 0xFB ? null : Encoding.UTF8.GetString(reader.LengthEncodedBytes());
    }

    private FakeClientResult ReadTerminator(byte[] payload)
    {
        if (Has(Capabilities.DeprecateEof))
        {
            return ReadOk(payload);
        }

        var reader = new WireReader(payload);
        reader.Skip(1);
        var warnings = reader.UInt16();
        return new FakeClientResult { Warnings = warnings, Status = (ServerStatus)reader.UInt16() };
    }

    private FakeClientResult ReadOk(byte[] payload) =>
        OkPacket.TryRead(payload, _flags, out var ok) != WireFault.None
            ? throw new InvalidDataException("the client was sent a malformed OK packet")
            : new FakeClientResult { Status = ok.Status, AffectedRows = ok.AffectedRows, InsertId = ok.LastInsertId, Warnings = ok.Warnings };

    private static FakeClientResult ReadError(byte[]? payload)
    {
        if (payload is null)
        {
            return FakeClientResult.Closed;
        }

        return ErrPacket.TryRead(payload, out var error) != WireFault.None
            ? throw new InvalidDataException("the client was sent a malformed ERR packet")
            : new FakeClientResult { Error = error.Code, Text = Encoding.UTF8.GetString(error.Message) };
    }
}
