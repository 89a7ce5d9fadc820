using Pool.Actors.Settings;
using Pool.Wire;
using Pool.Wire.Primitives;

namespace Pool.Actors.Cluster.Remote;

/// <summary>What a borrower asks for. The settings are written and read by the pipe's own tables, and only between nodes that know the same server.</summary>
/// <param name="Backend">The backend's name.</param>
/// <param name="Digest">What the borrower knows the server by, <see cref="ServerDigest"/>.</param>
/// <param name="Class">What the connection's handshake must have fixed.</param>
internal sealed record LoanRequest(string Backend, byte[] Digest, ConnectionClass Class)
{
    /// <summary>Writes the request.</summary>
    public void Write(FrameWriter frame, SettingsWriter settings, SessionSettings needed)
    {
        frame.Begin(FrameKind.Request);
        frame.Text(Backend);
        frame.Bytes(Digest);
        frame.Text(Class.Account);
        frame.Flag(Class.FoundRows);
        frame.Flag(Class.LocalFiles);
        frame.Flag(Class.ExtendedMetadata);
        settings.Write(frame, needed);
        frame.End();
    }

    /// <summary>Reads the request up to its settings; null if it makes no sense.</summary>
    public static LoanRequest? Read(ref WireReader reader)
    {
        var backend = SettingsReader.Text(ref reader);
        var digest = reader.Take((int)reader.UInt32()).ToArray();
        var connectionClass = new ConnectionClass(SettingsReader.Text(ref reader), reader.Byte() != 0, reader.Byte() != 0, reader.Byte() != 0);
        return reader.Fault == WireFault.None ? new LoanRequest(backend, digest, connectionClass) : null;
    }
}
