using Pool.Actors.Settings;

namespace Pool.Actors.Tests.Settings;

public sealed class SessionSettingsTests
{
    private static readonly VariableCatalogue s_catalogue = new(
        new Dictionary<string, string> { ["a"] = "1", ["b"] = "x", ["wait_timeout"] = "28800", ["profiling"] = "0" }, ["version"]);

    private readonly SessionSettings _settings = On("1", "x");

    [Fact]
    public void Settings_that_came_about_in_other_ways_are_equal()
    {
        var first = _settings.With("a", "2").With("b", "y");
        var second = _settings.With("b", "z").With("a", "2").With("b", "y");
        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());
        Assert.Equal(first, _settings.WithValues(["2", "y", "0", "28800", "8.4", ""]));
        Assert.Equal([0, 1], first.Changes.Select(c => c.Index));
    }

    [Fact]
    public void A_value_that_is_the_baselines_is_no_change()
    {
        Assert.Equal(_settings, _settings.With("a", "2").With("a", "1"));
        Assert.Empty(_settings.With("a", "2").With("a", "1").Changes);
        Assert.Same(_settings, _settings.With("a", "1"));
        Assert.Same(_settings, _settings.With("unknown", "1"));
        Assert.Same(_settings, _settings.InDatabase(null));
        Assert.Same(_settings, _settings.WithMultiStatements(false));
    }

    [Fact]
    public void Everything_counts_in_a_comparison()
    {
        SessionSettings[] all =
        [
            _settings, _settings.InDatabase("d"), _settings.InDatabase("D"), _settings.InDatabase(""), _settings.WithMultiStatements(true),
            _settings.With("a", "2"), _settings.With("a", "02"), _settings.With("b", "2"), On("2", "x"), On("1", "X"),
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void Values_are_absolute_whatever_the_baseline()
    {
        var (first, second) = (On("1", "x").With("a", "5"), On("5", "x"));
        Assert.Equal((first.Find("a"), first.Find("b")), (second.Find("a"), second.Find("b")));
        Assert.Equal("5", first[0]);
    }

    [Fact]
    public void Names_are_found_in_any_case_and_only_those_of_the_server()
    {
        Assert.Equal("2", _settings.With("A", "2").Find("a"));
        Assert.Equal("8.4", _settings.Find("VERSION"));
        Assert.Null(_settings.Find("unknown"));
    }

    [Fact]
    public void What_sessions_cannot_set_is_nobodys_change()
    {
        Assert.Equal(_settings, _settings.WithValues(["1", "x", "0", "28800", "9.0", ""]));
    }

    [Fact]
    public void What_is_the_sessions_own_is_not_painted()
    {
        var settings = _settings.With("wait_timeout", "5").With("a", "2");
        Assert.Equal(_settings.With("a", "2"), settings.Painted());
        Assert.True(settings.HasAny(VariableRole.Own));
        Assert.False(settings.Painted().HasAny(VariableRole.Own));
        Assert.Same(_settings, _settings.Painted());
        Assert.True(_settings.With("profiling", "1").HasAny(VariableRole.Pinning));
    }

    [Fact]
    public void Changes_move_to_another_server_as_far_as_it_has_them()
    {
        var other = new VariableCatalogue(new Dictionary<string, string> { ["b"] = "x", ["c"] = "3", ["wait_timeout"] = "1" }, []);
        var moved = _settings.InDatabase("d").With("a", "2").With("b", "y").With("wait_timeout", "5").MovedTo(new Baseline(other, ["q", "3", "1", ""]));
        Assert.Equal(("d", "y", "3", "5"), (moved.Database, moved.Find("b"), moved.Find("c"), moved.Find("wait_timeout")));
        Assert.Null(moved.Find("a"));
        Assert.Same(other, moved.Baseline.Catalogue);
    }

    private static SessionSettings On(string a, string b) =>
        new(new Baseline(s_catalogue, [a, b, "0", "28800", "8.4", ""]), null, multiStatements: false);
}
