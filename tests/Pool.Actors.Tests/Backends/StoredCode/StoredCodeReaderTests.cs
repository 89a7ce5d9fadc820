using Pool.Actors.Backends;
using Pool.Actors.Backends.StoredCode;
using Pool.Wire.Statements;

namespace Pool.Actors.Tests.Backends.StoredCode;

public sealed class StoredCodeReaderTests
{
    private readonly StoredCodeServer _server = new();

    [Fact]
    public async Task Texts_are_read_once_and_again_when_they_changed()
    {
        _server.Procedure("p", "SELECT 1", stamp: "1");
        _server.Procedure("q", "CALL p()", stamp: "1");
        var reader = _server.Reader();
        var first = await reader.ReadAsync(CancellationToken.None);
        Assert.True(IsHarmless(first, "CALL q()"));
        Assert.Equal(2, _server.TextsRead);
        Assert.Same(first, await reader.ReadAsync(CancellationToken.None));

        _server.Procedure("p", "SET @x = 1", stamp: "2");
        var second = await reader.ReadAsync(CancellationToken.None);
        Assert.Equal(3, _server.TextsRead);
        Assert.False(IsHarmless(second, "CALL q()"));
        Assert.True(IsHarmless(first, "CALL q()"));

        _server.Drop("q");
        Assert.NotSame(second, await reader.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_cannot_be_seen_is_unknown()
    {
        _server.Procedure("p", null, stamp: "1");
        Assert.False(IsHarmless(await _server.Reader().ReadAsync(CancellationToken.None), "CALL p()"));
        Assert.Equal(0, _server.TextsRead);
    }

    [Fact]
    public async Task What_was_refused_is_tried_again()
    {
        _server.Procedure("p", "SELECT 1", stamp: "1");
        var reader = _server.Reader();
        _server.TextError = 1227;
        Assert.False(IsHarmless(await reader.ReadAsync(CancellationToken.None), "CALL p()"));
        _server.TextError = 0;
        Assert.True(IsHarmless(await reader.ReadAsync(CancellationToken.None), "CALL p()"));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(1227, 0)]
    [InlineData(0, -1)]
    public async Task Without_an_answer_there_is_no_catalogue(int listError, int textError)
    {
        _server.Procedure("p", "SELECT 1", stamp: "1");
        (_server.ListError, _server.TextError) = (listError, textError);
        Assert.Null(await _server.Reader().ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Too_many_objects_are_not_read()
    {
        for (var i = 0; i <= StoredCodeReader.MaxObjects; i++)
        {
            _server.Procedure($"p{i}", null, stamp: "1");
        }

        Assert.Null(await _server.Reader().ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task The_codes_own_mode_counts()
    {
        _server.Procedure("p", "SELECT 'a\\'; SET @x = 'b'", stamp: "1", mode: "NO_BACKSLASH_ESCAPES");
        _server.Procedure("q", "SELECT \"@x\"", stamp: "1", mode: "ANSI_QUOTES");
        _server.Procedure("r", "SELECT 1", stamp: "1", mode: "PIPES_AS_CONCAT,ORACLE");
        var catalogue = await _server.Reader().ReadAsync(CancellationToken.None);
        Assert.Equal(
            (false, true, false), (IsHarmless(catalogue, "CALL p()"), IsHarmless(catalogue, "CALL q()"), IsHarmless(catalogue, "CALL r()")));
    }

    [Fact]
    public async Task Names_are_quoted_when_a_text_is_asked_for()
    {
        _server.Procedure("a`; DROP TABLE t; -- ", "SELECT 1", stamp: "1");
        await _server.Reader().ReadAsync(CancellationToken.None);
        Assert.Contains("SHOW CREATE PROCEDURE `app`.`a``; DROP TABLE t; -- `", _server.Queries);
    }

    [Theory]
    [InlineData("nextval(`app`.`s`)", true)]
    [InlineData("(1 + setval(\"app\".\"s\",100,1,0))", true)]
    [InlineData("'nextval(s)'", false)]
    public async Task A_default_that_draws_from_a_sequence_is_charged_to_who_writes_to_its_table(string text, bool draws)
    {
        _server.Default("t", "id", text);
        var catalogue = await _server.Reader(ServerFlavour.MariaDb).ReadAsync(CancellationToken.None);
        Assert.Equal(draws, catalogue!.OfMentioned("INSERT INTO t (v) VALUES (1)"u8, LexerMode.MariaDb, "app", writes: true) != StatementTraits.None);
        Assert.Equal(StatementTraits.None, catalogue.OfMentioned("SELECT * FROM t"u8, LexerMode.MariaDb, "app", writes: false));
        Assert.Equal(0, _server.TextsRead);
    }

    [Fact]
    public async Task Defaults_are_not_looked_for_where_there_are_no_sequences()
    {
        await _server.Reader().ReadAsync(CancellationToken.None);
        Assert.DoesNotContain(_server.Queries, q => q.Contains("COLUMN_DEFAULT", StringComparison.Ordinal));
    }

    private static bool IsHarmless(StoredCodeCatalogue? catalogue, string sql) =>
        catalogue!.Of(System.Text.Encoding.UTF8.GetBytes(sql), LexerMode.None, "app").IsHarmless;
}
