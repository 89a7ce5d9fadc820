using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Testing;

/// <summary>The session variables of a <see cref="FakeServer"/>.</summary>
public static class FakeVariables
{
    /// <summary>The collations.</summary>
    public static CollationCatalogue Collations => CollationCatalogue.From(
        [
            ["8", "latin1", "latin1_swedish_ci"],
            ["28", "gbk", "gbk_chinese_ci"],
            ["33", "utf8mb3", "utf8mb3_general_ci"],
            ["35", "ucs2", "ucs2_general_ci"],
            ["45", "utf8mb4", "utf8mb4_general_ci"],
            ["224", "utf8mb4", "utf8mb4_unicode_ci"],
        ],
        "utf8mb4_unicode_ci");

    /// <summary>The catalogue that a survey of the server yields.</summary>
    public static VariableCatalogue Catalogue { get; } = new(new FakeServer().Globals, [], Collations);

    /// <summary>What a connection carries after a reset, the character set of the baseline included.</summary>
    public static Baseline Baseline { get; } = new(Catalogue, ValuesOf(new FakeServer()));

    /// <summary>What a connection at the baseline answers to the snapshot's statement.</summary>
    public static string Snapshot { get; } = string.Join('\x1f', ValuesOf(new FakeServer())[..^1]);

    /// <summary>A table whose server has been surveyed.</summary>
    public static FingerprintTable NewTable(FakeServer? server = null)
    {
        var table = new FingerprintTable { Catalogue = Catalogue };
        table.NoteBaseline(Catalogue, ValuesOf(server ?? new FakeServer()), table.BeginBaseline());
        return table;
    }

    /// <summary>Settings that differ from the baseline in their database alone.</summary>
    public static SessionSettings In(string? database) => new(Baseline, database, multiStatements: false);

    private static string[] ValuesOf(FakeServer server) =>
    [
        .. server.Globals.Select(v => v.Key switch
        {
            "character_set_client" or "character_set_connection" or "character_set_results" => "utf8mb4",
            "collation_connection" => "utf8mb4_general_ci",
            _ => v.Value,
        }),
        "utf8mb4_general_ci",
    ];
}
