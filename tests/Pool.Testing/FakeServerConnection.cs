using System.Text;
using Pool.Actors.Runtime;
using Pool.Wire;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Testing;

/// <summary>One connection of a <see cref="FakeServer"/>: the server's thread. Anyone may call its public methods.</summary>
public sealed class FakeServerConnection
{
    private const int MaxCommandBytes = 64 * 1024 * 1024;

    private readonly FakeServer _server;
    private readonly PipeTransport _transport;
    private readonly PipeTransport _clientsEnd;
    private readonly PacketChannel _channel;
    private readonly TaskCompletionSource _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _interrupted;

    internal FakeServerConnection(FakeServer server, ulong threadId, PipeTransport transport, PipeTransport clientsEnd)
    {
        _server = server;
        _transport = transport;
        _clientsEnd = clientsEnd;
        _channel = new PacketChannel(transport);
        Session = new FakeServerSession(server, threadId);
    }

    /// <summary>The server's id of the connection.</summary>
    public ulong ThreadId => Session.ThreadId;

    /// <summary>What the server keeps for it.</summary>
    public FakeServerSession Session { get; }

    /// <summary>How often its client has written to it, its login included.</summary>
    public int Writes => _transport.Deliveries;

    /// <summary>True while its client waits for room to send.</summary>
    public bool IsFull => _clientsEnd.IsWaiting;

    /// <summary>The client's side finds that the way is lost; the server does not.</summary>
    public void LoseWay() => _clientsEnd.Fail();

    /// <summary>The server closes it, after saying error 4031 as MySQL does, or without a word.</summary>
    public async Task CloseIdleAsync(bool says4031)
    {
        if (says4031)
        {
            var error = FakeServerReply.Error(4031, "The client was disconnected by the server because of inactivity").Payloads[0];
            await _transport.SendAsync(Frame(error, 0));
        }

        End();
    }

    /// <summary>Interrupts the statement that runs, if one does.</summary>
    public void Interrupt() => Volatile.Read(ref _interrupted)?.TrySetResult();

    /// <summary>Ends the thread, whatever it does.</summary>
    public void End()
    {
        _killed.TrySetResult();
        Interrupt();
        _server.Left(this);
        _transport.Close();
    }

    internal async Task ServeAsync()
    {
        if (await LogInAsync())
        {
            while (await ServeCommandAsync())
            {
            }
        }

        End();
    }

    private async Task<bool> LogInAsync()
    {
        var greeting = Greeting();
        if (!await _channel.WriteAsync(greeting) || !(await _channel.ReadAsync(1 << 20)).Succeeded)
        {
            return false;
        }

        var refusal = _server.LoginError is { } code ? FakeServerReply.Error(code, "refused") : null;
        return await _channel.WriteAsync((refusal ?? FakeServerReply.Ok(ServerStatus.Autocommit)).Payloads[0]) && refusal is null;
    }

    private byte[] Greeting()
    {
        var greeting = new ServerGreeting
        {
            ServerVersion = Encoding.UTF8.GetBytes(_server.Version),
            ThreadId = (uint)ThreadId,
            Salt = "01234567890123456789"u8,
            Capabilities = FakeServer.Offered,
            PluginName = "mysql_native_password"u8,
        };
        var writer = new WireWriter(new byte[greeting.MaxLength]);
        greeting.Write(ref writer);
        return writer.Written.ToArray();
    }

    private async Task<bool> ServeCommandAsync()
    {
        _channel.Sequence = 0;
        await (_server.Taking?.Invoke(this) ?? Task.CompletedTask);
        var read = await _channel.ReadAsync(MaxCommandBytes);
        if (!read.Succeeded || read.Payload.IsEmpty)
        {
            _server.NoteFault(read.Fault);
            return false;
        }

        var statement = new FakeStatement(ThreadId, read.Payload.ToArray());
        Volatile.Write(ref _interrupted, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _server.Note(statement);
        if (statement.Command == CommandCode.Quit)
        {
            return false;
        }

        await (_server.Pace?.Invoke() ?? Task.CompletedTask);
        var reply = _server.Script?.Invoke(this, statement) ?? Session.Execute(statement);
        reply = await InterruptibleAsync(reply);
        Volatile.Write(ref _interrupted, null);
        return await AnswerAsync(reply);
    }

    private async Task<FakeServerReply> InterruptibleAsync(FakeServerReply reply)
    {
        var interrupted = _interrupted!.Task;
        await Task.WhenAny(reply.Wait, interrupted);
        return interrupted.IsCompleted ? FakeServerReply.Error(1317, "Query execution was interrupted", "70100") : reply;
    }

    private async Task<bool> AnswerAsync(FakeServerReply reply)
    {
        var bytes = new List<byte>();
        foreach (var payload in reply.Payloads)
        {
            bytes.AddRange(Frame(payload, (byte)(_channel.Sequence++ + reply.SequenceShift)));
        }

        bytes.AddRange(reply.Trailer);
        var cut = reply.CutAt ?? reply.SilentAt ?? bytes.Count;
        if (cut > 0 && !await _transport.SendAsync(bytes.Take(cut).ToArray()))
        {
            return false;
        }

        if (reply.SilentAt is not null)
        {
            await _killed.Task;
        }

        return reply.CutAt is null && (reply.AfterFile is not { } verdict || (await ReadFileAsync() && await AnswerAsync(verdict)));
    }

    private async Task<bool> ReadFileAsync()
    {
        while (true)
        {
            var read = await _channel.ReadAsync(MaxCommandBytes);
            if (!read.Succeeded)
            {
                _server.NoteFault(read.Fault);
                return false;
            }

            if (read.Payload.IsEmpty)
            {
                return true;
            }

            _server.NoteFile(read.Payload.Span);
        }
    }

    private static byte[] Frame(byte[] payload, byte sequence)
    {
        var packets = new List<byte>(payload.Length + PacketHeader.Size);
        var at = 0;
        while (true)
        {
            var part = payload.AsSpan(at, Math.Min(payload.Length - at, PacketHeader.MaxPayload));
            var packet = new byte[PacketHeader.Size + part.Length];
            new PacketHeader(part.Length, sequence++).Write(packet);
            part.CopyTo(packet.AsSpan(PacketHeader.Size));
            packets.AddRange(packet);
            at += part.Length;
            if (part.Length < PacketHeader.MaxPayload)
            {
                return [.. packets];
            }
        }
    }
}
