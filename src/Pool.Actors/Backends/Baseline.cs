namespace Pool.Actors.Backends;

/// <summary>What every connection is brought to after COM_RESET_CONNECTION, before it is leased for the first time or again.</summary>
public static class Baseline
{
    /// <summary>utf8mb4_general_ci: both servers know it, and most drivers ask for it.</summary>
    public const ushort CollationId = 45;

    /// <summary>
    /// After a reset neither server has the character set that the handshake asked for, so it is set explicitly; and the trackers
    /// that the pool relies on are switched on.
    /// </summary>
    public const string Statement =
        "SET session_track_schema = ON, session_track_state_change = ON, NAMES utf8mb4 COLLATE utf8mb4_general_ci";
}
