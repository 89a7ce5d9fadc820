using System.Net;
using System.Text;
using Pool.Actors.Errors;
using Pool.Actors.Runtime;
using Pool.Wire;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Sessions.Login;

/// <summary>
/// The packets of one login, under its deadline. The first thing that goes wrong stays in <see cref="Failure"/>; the client
/// has then been answered, if there was anything to say, and the transport is closed.
/// </summary>
/// <param name="channel">The packets.</param>
/// <param name="silence">What it means when the client leaves without having sent a byte.</param>
/// <param name="deadline">When to give up.</param>
internal sealed class LoginExchange(PacketChannel channel, LoginFailure silence, CancellationToken deadline)
{
    /// <summary>Attributes of 64 KiB, and room for all the other fields.</summary>
    private const int MaxPayloadBytes = 80 * 1024;

    public PacketChannel Channel { get; } = channel;

    public CancellationToken Deadline { get; } = deadline;

    /// <summary>The client's address without its port.</summary>
    public string Address { get; } = AddressOf(channel.Transport.Peer);

    public LoginFailure Failure { get; private set; }

    /// <summary>Reads a packet; null, and <see cref="Failure"/>, if there is none.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        var reading = Channel.ReadAsync(MaxPayloadBytes).AsTask();
        try
        {
            var read = await reading.WaitAsync(Deadline);
            if (read.Succeeded)
            {
                return read.Payload;
            }

            if (read.Ended)
            {
                Fail(Channel.HasReceived ? LoginFailure.ClientLeft : silence);
            }
            else
            {
                await RefuseAsync(read.Fault);
            }
        }
        catch (OperationCanceledException)
        {
            await ExpireAsync();

            // The buffer belongs to the read until it has ended.
            await reading;
        }

        return null;
    }

    /// <summary>Sends a packet; false, and <see cref="Failure"/>, if the client is gone.</summary>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> payload)
    {
        var sending = Channel.WriteAsync(payload).AsTask();
        try
        {
            if (await sending.WaitAsync(Deadline))
            {
                return true;
            }

            Fail(LoginFailure.ClientLeft);
        }
        catch (OperationCanceledException)
        {
            Fail(LoginFailure.TimedOut);
            await sending;
        }

        return false;
    }

    /// <summary>Waits; false, and <see cref="Failure"/>, if the deadline passes first.</summary>
    public async ValueTask<bool> DelayAsync(TimeSpan delay, TimeProvider time)
    {
        try
        {
            await Task.Delay(delay, time, Deadline);
            return true;
        }
        catch (OperationCanceledException)
        {
            await ExpireAsync();
            return false;
        }
    }

    /// <summary>Refuses what could not be understood.</summary>
    public ValueTask RefuseAsync(WireFault fault) => fault switch
    {
        WireFault.BadSequence => RefuseAsync(LoginFailure.Malformed, PoolError.PacketsOutOfOrder),
        WireFault.Unsupported => RefuseAsync(LoginFailure.ProtocolUnsupported, PoolError.HandshakeUnsupported),
        _ => RefuseAsync(LoginFailure.Malformed, PoolError.BadHandshake),
    };

    /// <summary>Sends an error as the last packet and closes.</summary>
    public async ValueTask RefuseAsync(LoginFailure failure, PoolError error, params object?[] arguments)
    {
        if (Failure != LoginFailure.None)
        {
            return;
        }

        Failure = failure;
        var sending = Channel.WriteAsync(Encode(ErrorCatalogue.Of(error), arguments));
        if (!sending.IsCompleted)
        {
            // A client that does not read is not waited for beyond the deadline.
            using var expiry = Deadline.UnsafeRegister(static state => ((Transport)state!).Abort(), Channel.Transport);
            await sending;
        }

        Channel.Transport.Close();
    }

    /// <summary>Gives up without a word.</summary>
    public void Fail(LoginFailure failure)
    {
        if (Failure == LoginFailure.None)
        {
            Failure = failure;
            Channel.Transport.Abort();
        }
    }

    private async ValueTask ExpireAsync()
    {
        await RefuseAsync(LoginFailure.TimedOut, PoolError.HandshakeTimeout);
        Channel.Transport.Abort();
    }

    private static byte[] Encode(ErrorEntry entry, object?[] arguments)
    {
        var text = Encoding.UTF8.GetBytes(entry.Format(arguments));
        var payload = new byte[9 + text.Length];
        var writer = new WireWriter(payload);
        ErrPacket.Write(ref writer, entry.Code, Encoding.ASCII.GetBytes(entry.SqlState), text);
        return payload;
    }

    private static string AddressOf(string peer)
    {
        if (!IPEndPoint.TryParse(peer, out var endPoint))
        {
            return peer;
        }

        var address = endPoint.Address;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
