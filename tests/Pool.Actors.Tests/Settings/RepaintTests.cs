using Pool.Actors.Backends;
using Pool.Actors.Settings;
using Pool.Testing;
using Pool.Wire.Commands;

namespace Pool.Actors.Tests.Settings;

public sealed class RepaintTests
{
    private static readonly (string Set, string Collation)[] s_collations =
    [
        ("latin1", "latin1_swedish_ci"), ("gbk", "gbk_chinese_ci"), ("utf8mb4", "utf8mb4_general_ci"), ("utf8mb4", "utf8mb4_unicode_ci"),
    ];

    // No client can send the last.
    private static readonly (string Set, string Collation)[] s_results = [.. s_collations, ("ucs2", "ucs2_general_ci")];

    private static readonly string[] s_texts =
        ["", "a", "it's", "a,b = 'c'", "\\", "\\'", "é", "日本", "x\\', free = 1 -- ", VariableCatalogue.Null, "5", "NULL", "\"`"];

    private static readonly VariableCatalogue s_catalogue = new(
        new Dictionary<string, string>
        {
            ["character_set_client"] = "x", ["character_set_connection"] = "x", ["character_set_results"] = "x", ["collation_connection"] = "x",
            ["free"] = "x", ["max_join_size"] = "1", ["number"] = "1", ["profiling"] = "0", ["sql_big_selects"] = "1", ["wait_timeout"] = "28800",
        },
        ["version"],
        FakeVariables.Collations);

    private static readonly SessionSettings s_settings = FakeVariables.In("a");

    [Fact]
    public void Equal_settings_need_nothing()
    {
        var repaint = Repaint.Between(s_settings, s_settings);
        Assert.True(repaint.Commands.IsEmpty && repaint.Shapes.Count == 0 && repaint.IsVerified);
    }

    [Fact]
    public void Only_the_difference_is_sent_in_one_statement()
    {
        var has = s_settings.With("time_zone", "+01:00").With("sql_mode", "ANSI_QUOTES");
        var needs = s_settings.With("time_zone", "+01:00").With("group_concat_max_len", "5");
        Assert.Equal(["SET group_concat_max_len = 5, sql_mode = 'STRICT_TRANS_TABLES'"], Run(has, needs).Statements);
    }

    [Fact]
    public void Under_a_wide_character_set_texts_say_what_they_are_written_in()
    {
        var has = On().With("character_set_connection", "ucs2");
        var needs = On().With("character_set_connection", "utf8mb4").With("free", "de_DE").With("number", "7");
        Assert.Equal(
            ["SET character_set_connection = _utf8mb4 'utf8mb4', free = _utf8mb4 'de_DE', number = 7, collation_connection = _utf8mb4 ''"], Run(has, needs).Statements);
    }

    [Fact]
    public void Settings_of_two_baselines_are_compared_by_their_values()
    {
        var has = On(("free", "old"), ("number", "1"), ("version", "8")).With("number", "7");
        var needs = On(("free", "new"), ("number", "7"), ("version", "9"));
        Assert.Equal(["SET free = 'new'"], Run(has, needs).Statements);
    }

    [Fact]
    public void An_option_and_a_database_are_commands_of_their_own()
    {
        var repaint = Repaint.Between(s_settings, s_settings.InDatabase("b").WithMultiStatements(true));
        Assert.Equal((2, 1, false), (repaint.Shapes.Count, repaint.DatabaseStep, repaint.IsVerified));
        Assert.True(Repaint.Between(s_settings, s_settings.WithMultiStatements(true)).IsVerified);
    }

    [Fact]
    public void A_foreign_name_is_sent_in_a_character_set_that_has_it()
    {
        var gbk = s_settings.With("character_set_client", "gbk");
        var model = Run(gbk, gbk.InDatabase("日本"));
        Assert.Equal(["SET character_set_client = utf8mb4", "SET character_set_client = gbk"], model.Statements);
        Assert.Equal("日本", model.Database);
        Assert.Empty(Run(s_settings, s_settings.InDatabase("日本")).Statements);
        Assert.Empty(Run(gbk, gbk.InDatabase("b")).Statements);
    }

    [Fact]
    public void A_character_set_of_results_that_no_client_can_send_is_set_by_itself()
    {
        var needs = s_settings.With("character_set_results", "ucs2").With(VariableCatalogue.ResultsCollation, "ucs2_general_ci");
        Assert.Equal(["SET character_set_results = 'ucs2'"], Run(s_settings, needs).Statements);
    }

    [Fact]
    public void What_another_assignment_changes_silently_is_set_behind_it()
    {
        var has = On(("character_set_connection", "latin1"), ("collation_connection", "latin1_swedish_ci"));
        var needs = On(("character_set_connection", "utf8mb4"), ("collation_connection", "latin1_swedish_ci"));
        Assert.Equal("SET character_set_connection = 'utf8mb4', collation_connection = 'latin1_swedish_ci'", Assert.Single(Run(has, needs).Statements));
    }

    [Fact]
    public void What_one_backend_computed_is_computed_once_and_never_kept_without_a_limit()
    {
        var table = new RepaintTable();
        var needs = s_settings.With("time_zone", "+01:00");
        var first = table.Between(s_settings, needs);
        Assert.Same(first, table.Between(s_settings, needs));
        Assert.NotSame(first, table.Between(needs, s_settings));
        for (var i = 0; i < 5000; i++)
        {
            table.Between(s_settings, s_settings.InDatabase($"{i}"));
        }

        Assert.NotSame(first, table.Between(s_settings, needs));
    }

    [Fact]
    public void Any_settings_become_any_others()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 3000; round++)
        {
            var (has, needs) = (Some(random, round), Some(random, round));
            needs = needs.Database is null ? needs.InDatabase(has.Database) : needs;
            if (random.Next(2) == 0)
            {
                needs = Rebased(has.Baseline, needs);
            }

            var why = $"seed {seed}, round {round}: ";
            var model = new PaintedModel(has);
            var repaint = Repaint.Between(has, needs);
            model.Run(repaint.Commands);
            Assert.True((model.Database, model.MultiStatements) == (needs.Database, needs.MultiStatements), why + "the database or the option");
            foreach (var variable in s_catalogue.Variables.Where(v => v.Role is not (VariableRole.Watched or VariableRole.Pinning)))
            {
                Assert.True(
                    model[variable.Name] == needs[variable.Index],
                    $"{why}{variable.Name} is '{model[variable.Name]}', not '{needs[variable.Index]}', after {string.Join("; ", model.Statements)}");
            }
        }
    }

    internal static string DefaultCollation(string characterSet) => s_results.First(c => c.Set == characterSet).Collation;

    private static PaintedModel Run(SessionSettings has, SessionSettings needs)
    {
        var model = new PaintedModel(has);
        model.Run(Repaint.Between(has, needs).Commands);
        return model;
    }

    private static SessionSettings On(params (string Name, string Value)[] values)
    {
        var baseline = s_catalogue.Variables.Select(v => values.FirstOrDefault(g => g.Name == v.Name).Value ?? (v.IsText ? "" : "1"));
        return new SessionSettings(new Baseline(s_catalogue, [.. baseline]), null, multiStatements: false);
    }

    // The same absolute values as differences from another baseline.
    private static SessionSettings Rebased(Baseline baseline, SessionSettings settings) =>
        new SessionSettings(baseline, settings.Database, settings.MultiStatements).WithValues([.. s_catalogue.Variables.Select(v => settings[v.Index])]);

    private static SessionSettings Some(Random random, int round)
    {
        var settings = new SessionSettings(
            new Baseline(s_catalogue, Values(random)), random.Next(3) == 0 ? null : Pick(random, ["a", "b", "日本"]), random.Next(2) == 0);
        return round % 3 == 0 ? settings : settings.WithValues(Values(random));
    }

    private static string[] Values(Random random)
    {
        var (connection, results) = (Pick(random, s_collations), Pick(random, s_results));
        var isConverted = random.Next(5) > 0;
        var joins = Pick(random, ["1000", "18446744073709551615"]);
        return
        [
            .. s_catalogue.Variables.Select(v => v.Name switch
            {
                "character_set_client" => Pick(random, s_collations).Set,
                "character_set_connection" => connection.Set,
                "collation_connection" => connection.Collation,
                "character_set_results" => isConverted ? results.Set : VariableCatalogue.Null,
                VariableCatalogue.ResultsCollation => isConverted ? results.Collation : "",
                "max_join_size" => joins,
                "sql_big_selects" => Pick(random, ["0", "1"]),
                "free" => Pick(random, s_texts),
                "version" => Pick(random, ["8", "9"]),
                _ => Pick(random, ["1", "5", "-1", "0.5"]),
            }),
        ];
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
