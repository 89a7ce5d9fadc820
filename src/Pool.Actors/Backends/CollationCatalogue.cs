using System.Globalization;

namespace Pool.Actors.Backends;

/// <summary>The collations that a server has, as it tells them itself. Immutable.</summary>
public sealed class CollationCatalogue
{
    /// <summary>The statement whose rows <see cref="From"/> reads.</summary>
    public const string Query =
        "SELECT ID, CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLLATIONS WHERE ID IS NOT NULL AND CHARACTER_SET_NAME IS NOT NULL";

    // No server accepts these from a client; it takes its default instead. In no other set is ASCII more than one byte each.
    private static readonly HashSet<string> s_wide = new(StringComparer.Ordinal) { "ucs2", "utf16", "utf16le", "utf32" };

    private readonly Dictionary<ushort, Collation> _byId;

    private CollationCatalogue(Dictionary<ushort, Collation> byId, ushort defaultId)
    {
        _byId = byId;
        DefaultId = defaultId;
    }

    /// <summary>The id of the server's own default collation.</summary>
    public ushort DefaultId { get; }

    /// <summary>Makes a catalogue from the rows of <see cref="Query"/> and the value of @@global.collation_server.</summary>
    public static CollationCatalogue From(IReadOnlyList<IReadOnlyList<string?>> rows, string defaultName)
    {
        var byId = new Dictionary<ushort, Collation>();
        ushort defaultId = 0;
        foreach (var row in rows)
        {
            if (row is [{ } idText, { } set, { } name] && ushort.TryParse(idText, CultureInfo.InvariantCulture, out var id))
            {
                byId[id] = new Collation(set, name);
                defaultId = name == defaultName ? id : defaultId;
            }
        }

        return new CollationCatalogue(byId, defaultId);
    }

    /// <summary>True if the server accepts the collation from clients; it takes its default instead of others.</summary>
    public bool IsForClients(ushort id) => _byId.TryGetValue(id, out var found) && !IsWide(found.CharacterSet);

    /// <summary>True for a character set in which ASCII is not written with the same bytes as everywhere else.</summary>
    public static bool IsWide(string characterSet) => s_wide.Contains(characterSet);

    /// <summary>The character set and the name of a collation; null for an id that the server does not have.</summary>
    public (string CharacterSet, string Name)? Find(ushort id) =>
        _byId.TryGetValue(id, out var found) ? (found.CharacterSet, found.Name) : null;

    /// <summary>The id of a collation by its name; the default's if the server has none of that name.</summary>
    public ushort IdOf(string? name) => _byId.Where(c => c.Value.Name == name).Select(c => c.Key).DefaultIfEmpty(DefaultId).First();

    private sealed record Collation(string CharacterSet, string Name);
}
