using Pool.Actors.Settings;
using Pool.Wire.Handshake;

namespace Pool.Actors.Backends.Login;

/// <summary>
/// What the pool says that it can do. The same for all connections of a class, so that any session can use any of them. Left
/// out are the ones that change the byte stream and that not all clients have: query attributes, compression, optional
/// result set metadata.
/// </summary>
public static class BackendCapabilities
{
    /// <summary>Without these a server cannot be used: reply ends and session state could not be followed.</summary>
    public const Capabilities Needed =
        Capabilities.Protocol41 | Capabilities.SecureConnection | Capabilities.PluginAuth
        | Capabilities.SessionTrack | Capabilities.DeprecateEof;

    private const Capabilities Wanted =
        Needed | Capabilities.LongPassword | Capabilities.LongFlag | Capabilities.Transactions
        | Capabilities.PluginAuthLengthEncoded | Capabilities.ConnectAttributes | Capabilities.MultiStatements
        | Capabilities.MultiResults | Capabilities.PsMultiResults | Capabilities.MariaDbStmtBulkOperations;

    /// <summary>What to answer to a greeting.</summary>
    public static Capabilities For(ConnectionClass connectionClass, Capabilities offered)
    {
        var wanted = Wanted;
        wanted |= connectionClass.FoundRows ? Capabilities.FoundRows : Capabilities.None;
        wanted |= connectionClass.LocalFiles ? Capabilities.LocalFiles : Capabilities.None;
        wanted |= connectionClass.ExtendedMetadata ? Capabilities.MariaDbExtendedMetadata : Capabilities.None;
        return wanted & offered;
    }
}
