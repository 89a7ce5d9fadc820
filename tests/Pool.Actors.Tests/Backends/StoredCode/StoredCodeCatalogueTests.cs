using System.Text;
using Pool.Actors.Backends.StoredCode;
using Pool.Wire.Statements;

namespace Pool.Actors.Tests.Backends.StoredCode;

public sealed class StoredCodeCatalogueTests
{
    [Theory]
    [InlineData("CALL plain()")]
    [InlineData("CALL app.PLAIN(1)")]
    [InlineData("SELECT plus(1), `Plus`(2), count(*)")]
    [InlineData("CALL calls_plain")]
    [InlineData("SELECT even(4)")]
    public void Harmless_code_is_seen_through(string sql)
    {
        var verdict = Of(sql);
        Assert.True(verdict.IsHarmless, verdict.Obstacle);
        Assert.Equal(StatementTraits.None, verdict.Apply(Facts(sql)).Traits & StatementTraits.TouchesSession & ~StatementTraits.CalcFoundRows);
    }

    [Theory]
    [InlineData("SELECT sets_user(1)", "app.sets_user: UserVariables")]
    [InlineData("CALL calls_sets_user()", "app.calls_sets_user: what it calls, reads or writes")]
    [InlineData("SELECT odd(4)", "app.odd: what it calls, reads or writes")]
    [InlineData("CALL hidden()", "app.hidden: its text cannot be read")]
    [InlineData("SELECT loadable(1)", "loadable: not known")]
    [InlineData("CALL other.plain()", "plain: not known")]
    [InlineData("SELECT plain(1)", "plain: not known")]
    [InlineData("CALL reads_view()", "app.reads_view: what it calls, reads or writes")]
    [InlineData("CALL writes_audited()", "app.writes_audited: what it calls, reads or writes")]
    [InlineData("CALL calls_unknown()", "app.calls_unknown: what it calls, reads or writes")]
    [InlineData("SELECT plus(1) /*!99999 , x */", "the statement is not understood")]
    public void Harmful_and_unknown_code_is_not(string sql, string obstacle)
    {
        var verdict = Of(sql);
        Assert.Equal(obstacle, verdict.Obstacle);
        Assert.Equal(Facts(sql), verdict.Apply(Facts(sql)));
    }

    [Theory]
    [InlineData("CALL reads_audited()")]
    [InlineData("CALL other.writes_elsewhere()")]
    public void Only_what_is_meant_counts(string sql) => Assert.True(Of(sql).IsHarmless, Of(sql).Obstacle);

    [Fact]
    public void What_the_session_can_follow_remains()
    {
        var facts = Of("CALL inserts()").Apply(Facts("CALL inserts()"));
        Assert.Equal(StatementTraits.MayChangeInsertId | StatementTraits.LocksOrWrites, facts.Traits);
        Assert.Equal(StatementTraits.SetsVariables, Of("CALL sets_mode()").Traits);
        Assert.Equal(StatementTraits.ReadsInsertId, Of("SELECT last_one()").Traits);
    }

    [Fact]
    public void A_function_puts_the_insert_id_back_but_has_written() =>
        Assert.Equal(StatementTraits.LocksOrWrites, Of("SELECT writes_log(1)").Traits);

    [Theory]
    [InlineData("INSERT INTO audited VALUES (1)", true, true)]
    [InlineData("insert into `APP`.`Audited` values (1)", true, true)]
    [InlineData("SELECT * FROM audited", false, false)]
    [InlineData("INSERT INTO other.audited VALUES (1)", true, true)]
    [InlineData("INSERT INTO plain_table VALUES ('audited')", true, false)]
    [InlineData("SELECT * FROM harmful_view", false, true)]
    [InlineData("SELECT * FROM view_over_view v JOIN x ON 1", false, true)]
    [InlineData("SELECT * FROM harmless_view", false, false)]
    [InlineData("UPDATE view_of_audited SET a = 1", true, true)]
    [InlineData("SELECT * FROM view_of_audited", false, false)]
    [InlineData("SELECT * FROM hidden_view", false, true)]
    [InlineData("SELECT 1 /*!99999 , 2 */", false, true)]
    public void A_statement_is_charged_with_the_code_behind_what_it_mentions(string sql, bool writes, bool harmful) =>
        Assert.Equal(harmful, (Of(sql, "app", writes) & StatementTraits.Routine) != 0);

    [Theory]
    [InlineData("INSERT INTO audited VALUES (1)", "other", false)]
    [InlineData("INSERT INTO app.audited VALUES (1)", "other", true)]
    [InlineData("INSERT INTO app.audited VALUES (1)", null, true)]
    public void A_table_of_the_same_name_elsewhere_is_another(string sql, string? database, bool harmful) =>
        Assert.Equal(harmful, (Of(sql, database, writes: true) & StatementTraits.Routine) != 0);

    [Fact]
    public void Without_such_tables_and_views_nothing_needs_to_be_asked()
    {
        var catalogue = new StoredCodeCatalogue(
        [
            Trigger("app", "t", "audit", "INSERT INTO log VALUES (1)"), View("app", "v", "select 1 AS `x`"), View("sys", "w", "select @x"),
        ]);
        Assert.False(catalogue.HasPlaces);
        Assert.Equal(StatementTraits.None, catalogue.OfMentioned("/*!99999 x"u8, LexerMode.None, null, writes: true));
        Assert.False(StoredCodeCatalogue.Unknown.HasPlaces);
        Assert.False(StoredCodeCatalogue.Unknown.Of("CALL p"u8, LexerMode.None, "app").IsHarmless);
    }

    [Fact]
    public void A_view_whose_function_writes_is_told_of() =>
        Assert.Equal(StatementTraits.LocksOrWrites, Of("SELECT * FROM writing_view", "app", writes: false));

    private static StatementFacts Facts(string sql) => StatementInspector.Inspect(Encoding.UTF8.GetBytes(sql), LexerMode.None);

    private static StoredCodeVerdict Of(string sql) => s_catalogue.Of(Encoding.UTF8.GetBytes(sql), LexerMode.None, "App");

    private static StatementTraits Of(string sql, string? database, bool writes) =>
        s_catalogue.OfMentioned(Encoding.UTF8.GetBytes(sql), LexerMode.None, database, writes);

    private static StoredObject Procedure(string name, string body, string schema = "app") =>
        new(StoredObjectKind.Procedure, schema, name, null, Body($"CREATE DEFINER=`a`@`%` PROCEDURE `{name}`()\n{body}"));

    private static StoredObject Function(string name, string body) =>
        new(StoredObjectKind.Function, "app", name, null, Body($"CREATE DEFINER=`a`@`%` FUNCTION `{name}`(n INT) RETURNS INT\n{body}"));

    private static StoredObject Trigger(string schema, string name, string table, string body) =>
        new(StoredObjectKind.Trigger, schema, name, table, Body($"CREATE TRIGGER `{name}` BEFORE INSERT ON `{table}` FOR EACH ROW {body}"));

    private static StoredObject View(string schema, string name, string query) =>
        new(StoredObjectKind.View, schema, name, null, RoutineBody.InspectView(Encoding.UTF8.GetBytes(query), LexerMode.None));

    private static RoutineBody Body(string text) => RoutineBody.Inspect(Encoding.UTF8.GetBytes(text), LexerMode.None);

    private static readonly StoredCodeCatalogue s_catalogue = new(
    [
        Procedure("Plain", "SELECT 1"),
        Procedure("calls_plain", "BEGIN CALL plain(); CALL app.calls_plain(); END"),
        Procedure("inserts", "INSERT INTO plain_table VALUES (1)"),
        Procedure("sets_mode", "SET sql_mode = ''"),
        Procedure("calls_sets_user", "BEGIN IF sets_user(1) THEN SET autocommit = 1; END IF; END"),
        Procedure("calls_unknown", "CALL nothing_of_it()"),
        Procedure("reads_view", "SELECT * FROM view_over_view"),
        Procedure("writes_audited", "INSERT INTO audited SELECT 1"),
        Procedure("writes_elsewhere", "INSERT INTO audited SELECT 1", "other"),
        Procedure("reads_audited", "SELECT * FROM audited"),
        new(StoredObjectKind.Procedure, "app", "hidden", null, null),
        Function("plus", "RETURN n + 1"),
        Function("sets_user", "BEGIN SET @u = n; RETURN 1; END"),
        Function("even", "RETURN IF(n = 0, 1, uneven(n - 1))"),
        Function("uneven", "RETURN IF(n = 0, 0, even(n - 1))"),
        Function("odd", "RETURN IF(n = 0, sets_user(1), even_odd(n - 1))"),
        Function("even_odd", "RETURN odd(n - 1)"),
        Function("last_one", "RETURN LAST_INSERT_ID()"),
        Function("writes_log", "BEGIN INSERT INTO plain_table VALUES (n); RETURN 1; END"),
        Trigger("app", "audit", "audited", "SET @audited = 1"),
        View("app", "harmful_view", "select `sets_user`(1) AS `x`"),
        View("app", "view_over_view", "select `app`.`harmful_view`.`x` AS `x` from `app`.`harmful_view`"),
        View("app", "harmless_view", "select `app`.`t`.`x` AS `x`,`plus`(1) AS `y` from `app`.`t`"),
        View("app", "writing_view", "select `writes_log`(1) AS `y`"),
        View("app", "view_of_audited", "select `app`.`audited`.`a` AS `a` from `app`.`audited`"),
        new(StoredObjectKind.View, "app", "hidden_view", null, null),
    ]);
}
