namespace Pool.Actors.Settings;

/// <summary>
/// The part of a backend connection that its handshake fixed for ever: who it is authenticated as, and the capabilities whose
/// meaning cannot be changed afterwards. Matched, never painted.
/// </summary>
/// <param name="Account">The name of the account (configuration, not the server's user name).</param>
/// <param name="FoundRows">CLIENT_FOUND_ROWS: affected rows are found rows.</param>
/// <param name="LocalFiles">CLIENT_LOCAL_FILES: the server may ask for LOAD DATA LOCAL data.</param>
/// <param name="ExtendedMetadata">MariaDB's extended metadata: column definitions say more about types.</param>
public sealed record ConnectionClass(string Account, bool FoundRows, bool LocalFiles, bool ExtendedMetadata = false);
