using Pool.Actors.Settings;

namespace Pool.Actors.Backends;

/// <summary>
/// What every connection is brought to after COM_RESET_CONNECTION, before it is leased for the first time or again: after a reset
/// neither server has the character set that the handshake asked for, so it is set explicitly; and the trackers are switched on.
/// </summary>
public static class BaselineStatement
{
    /// <summary>The id of utf8mb4_general_ci: both servers know it, and most drivers ask for it.</summary>
    public const ushort CollationId = 45;

    private const string Start = "SET session_track_schema = ON, session_track_state_change = ON, NAMES utf8mb4 COLLATE utf8mb4_general_ci";

    /// <summary>True if a baseline has a value of the statement's own for the variable, and so does not tell the global one.</summary>
    public static bool Hides(string variable) => variable is "character_set_client" or "character_set_connection"
        or "character_set_results" or "collation_connection" or "session_track_schema" or "session_track_state_change"
        or "session_track_system_variables";

    /// <summary>
    /// The statement. MySQL is told every name: with <c>*</c> it adds one that changes with each statement; MariaDB knows that one not.
    /// </summary>
    /// <param name="flavour">Whose server it is.</param>
    /// <param name="catalogue">Its variables; null while they are being learned.</param>
    public static string For(ServerFlavour flavour, VariableCatalogue? catalogue) =>
        flavour == ServerFlavour.MariaDb ? $"SET session_track_system_variables = '*', {Start[4..]}"
        : catalogue is null ? Start
        : $"SET session_track_system_variables = '{catalogue.TrackedNames}', {Start[4..]}";
}
