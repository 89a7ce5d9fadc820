namespace Pool.Host.Admin.Views;

/// <summary>Settings that sessions have, and connections carry: those that are equal share connections.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Settings">A digest of all values: the same on every node.</param>
/// <param name="Account">The account.</param>
/// <param name="Database">The current database; null for none.</param>
/// <param name="Differences">The variables that differ from the server's own values, by name; long values are cut.</param>
/// <param name="Flags">What the handshake fixed, and options: FoundRows, LocalFiles, ExtendedMetadata, MultiStatements.</param>
/// <param name="Sessions">Sessions that have them.</param>
/// <param name="Connections">Connections that carry them.</param>
/// <param name="Waiting">Statements in line that need them.</param>
public sealed record SettingsView(
    string Backend, string Settings, string Account, string? Database, IReadOnlyDictionary<string, string?> Differences, IReadOnlyList<string> Flags,
    int Sessions, int Connections, int Waiting);
