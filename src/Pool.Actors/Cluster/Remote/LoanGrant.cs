using Pool.Actors.Backends;
using Pool.Actors.Backends.Login;
using Pool.Actors.Runtime;
using Pool.Actors.Settings;
using Pool.Wire;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Actors.Cluster.Remote;

/// <summary>A connection that is lent: who the server is, and what the connection carries.</summary>
internal readonly record struct LoanGrant(BackendIdentity Identity, ConnectionState State)
{
    /// <summary>Writes the grant of a connection that the caller owns.</summary>
    /// <param name="frame">Where to.</param>
    /// <param name="settings">The pipe's table.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="spare">How many more could be lent now.</param>
    public static void Write(FrameWriter frame, SettingsWriter settings, BackendConnection connection, ushort spare)
    {
        var identity = connection.Identity;
        frame.Begin(FrameKind.Grant);
        frame.UInt16(spare);
        frame.UInt64(identity.ThreadId);
        frame.Text(identity.VersionText);
        frame.Byte((byte)identity.Flavour);
        frame.Text(identity.Version.ToString());
        frame.UInt64((ulong)identity.Effective);
        settings.Write(frame, ConnectionState.Of(connection));
        frame.End();
    }

    /// <summary>Reads a grant behind the number of spare connections; null if it makes no sense.</summary>
    public static LoanGrant? Read(ref WireReader reader, SettingsReader settings, VariableCatalogue catalogue, Transport stream)
    {
        var identity = new BackendIdentity
        {
            ThreadId = reader.UInt64(),
            VersionText = SettingsReader.Text(ref reader),
            Flavour = (ServerFlavour)reader.Byte(),
            Version = Version.TryParse(SettingsReader.Text(ref reader), out var version) ? version : new Version(0, 0),
            Effective = (Capabilities)reader.UInt64(),
            Transport = stream,
        };
        var state = settings.ReadState(ref reader, catalogue);
        return reader is { Fault: WireFault.None, AtEnd: true } && Enum.IsDefined(identity.Flavour) ? new LoanGrant(identity, state) : null;
    }
}
