using System.Globalization;

namespace Pool.Actors.Backends;

/// <summary>The collations that a server has, as it tells them itself. Immutable.</summary>
public sealed class CollationCatalogue
{
    /// <summary>The statement whose rows <see cref="From"/> reads.</summary>
    public const string Query =
        "SELECT ID, CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLLATIONS WHERE ID IS NOT NULL AND CHARACTER_SET_NAME IS NOT NULL";

    // No server accepts these from a client; it takes its default instead.
    private static readonly HashSet<string> s_notForClients = new(StringComparer.Ordinal) { "ucs2", "utf16", "utf16le", "utf32" };

    // In these a byte of ASCII can be the second half of a character, a backslash or a quote among them.
    private static readonly HashSet<string> s_multiByteUnsafe = new(StringComparer.Ordinal) { "big5", "cp932", "gb18030", "gbk", "sjis" };

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

    /// <summary>The id that a client's handshake with <paramref name="id"/> really gives it: that one if the server accepts it from clients, else the default.</summary>
    public ushort Effective(ushort id) =>
        _byId.TryGetValue(id, out var found) && !s_notForClients.Contains(found.CharacterSet) ? id : DefaultId;

    /// <summary>The statement that gives a connection this collation and its character set.</summary>
    public string SetNames(ushort id) =>
        _byId.TryGetValue(id, out var found) ? $"SET NAMES {found.CharacterSet} COLLATE {found.Name}" : "SET NAMES DEFAULT";

    /// <summary>True if a byte of ASCII may be part of a longer character, which a lexer must know.</summary>
    public bool IsMultiByteUnsafe(ushort id) => _byId.TryGetValue(id, out var found) && s_multiByteUnsafe.Contains(found.CharacterSet);

    private sealed record Collation(string CharacterSet, string Name);
}
