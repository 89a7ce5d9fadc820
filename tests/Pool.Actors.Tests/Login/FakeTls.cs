using Pool.Actors.Backends.Login;
using Pool.Actors.Runtime;
using Pool.Actors.Sessions.Login;

namespace Pool.Actors.Tests.Login;

/// <summary>Stands in for TLS: both sides XOR all bytes, so that anything that goes around it cannot be understood.</summary>
internal sealed class FakeTls : ITlsUpgrade, IBackendTls
{
    /// <summary>What the server's side was given besides the stream.</summary>
    public byte[]? HandedOver { get; private set; }

    public bool Fails { get; init; }

    /// <summary>The server's side waits for the client to say something, whatever it is told to give up.</summary>
    public bool Waits { get; init; }

    public async ValueTask<Transport?> UpgradeServerAsync(Transport transport, ReadOnlyMemory<byte> alreadyReceived, CancellationToken cancel)
    {
        HandedOver = alreadyReceived.ToArray();
        var isOver = Waits && await transport.ReceiveAsync(new byte[1]) == 0;
        return Fails || isOver ? null : new Masked(transport, HandedOver);
    }

    public ValueTask<Transport?> UpgradeClientAsync(Transport transport, string host, BackendTlsMode mode, CancellationToken cancel) =>
        ValueTask.FromResult<Transport?>(Fails ? null : new Masked(transport, []));

    public static byte[] Mask(ReadOnlySpan<byte> bytes)
    {
        var masked = bytes.ToArray();
        for (var i = 0; i < masked.Length; i++)
        {
            masked[i] ^= 0x5A;
        }

        return masked;
    }

    private sealed class Masked(Transport inner, byte[] received) : Transport
    {
        private byte[] _received = received;

        public override string Peer => inner.Peer;

        public override bool IsEncrypted => true;

        public override bool HasFailed => inner.HasFailed;

        public override async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
        {
            int count;
            if (_received.Length > 0)
            {
                count = Math.Min(_received.Length, buffer.Length);
                _received.AsMemory(0, count).CopyTo(buffer);
                _received = _received[count..];
            }
            else
            {
                count = await inner.ReceiveAsync(buffer);
            }

            Mask(buffer.Span[..count]).CopyTo(buffer);
            return count;
        }

        public override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes) => inner.SendAsync(Mask(bytes.Span));

        public override bool HasPendingInput() => inner.HasPendingInput();

        public override void Abort() => inner.Abort();

        public override void Close() => inner.Close();
    }
}
