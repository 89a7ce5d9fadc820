using Pool.Host.Configuration;

namespace Pool.Host.Tests.Configuration;

public sealed class ConfigDifferenceTests : IDisposable
{
    private readonly ConfigSources _sources = new();

    public void Dispose() => _sources.Dispose();

    [Fact]
    public void Equal_configurations_do_not_differ()
    {
        _sources.With("Listeners:0:ProxyProtocolNetworks", "[\"10.0.0.0/8\"]");
        var difference = ConfigDifference.Between(_sources.LoadValid(), _sources.LoadValid());
        Assert.Empty(difference.Changes);
        Assert.Equal(64, difference.Effective.Backends[0].MaxConnections);
    }

    [Fact]
    public void What_is_reloadable_changes_and_the_rest_stays()
    {
        var before = _sources.LoadValid();
        var after = _sources.With("Backends:0:MaxConnections", "32").With("Backends:0:Host", "\"other\"").With("Log", """{"Level":"Debug"}""").LoadValid();
        var difference = ConfigDifference.Between(before, after);
        Assert.Equal(
            ["Backends[main].Host: db.example -> other", "Backends[main].MaxConnections: 64 -> 32", "Log.Level: Information -> Debug"],
            difference.Changes.Select(c => c.ToString()));
        Assert.Equal([false, true, true], difference.Changes.Select(c => c.IsReloadable));
        Assert.Equal(("db.example", 32), (difference.Effective.Backends[0].Host, difference.Effective.Backends[0].MaxConnections));
    }

    [Fact]
    public void Entries_are_matched_by_name_and_not_by_place()
    {
        _sources
            .With("Backends:1", """{"Name": "second", "Host": "b"}""")
            .With("Accounts:1", """{"Name": "other", "Backend": "second", "User": "x", "Password": null}""");
        var before = _sources.LoadValid();
        _sources.With("Backends:0", """{"Name": "second", "Host": "b"}""").With("Backends:1", """{"Name": "main", "Host": "db.example"}""");
        Assert.Empty(ConfigDifference.Between(before, _sources.LoadValid()).Changes);
    }

    [Fact]
    public void Users_come_and_go_while_listeners_wait_for_a_restart()
    {
        _sources.With("Users:1", """{"Name": "leaving", "Password": null}""");
        var before = _sources.LoadValid();
        _sources.With("Users:1", """{"Name": "coming", "Password": null}""").With("Listeners:1", """{"Name": "second", "Backend": "main", "Port": 1}""");
        var difference = ConfigDifference.Between(before, _sources.LoadValid());
        Assert.Equal(
            ["Listeners[second]: (absent) -> (present)", "Users[leaving]: (present) -> (absent)", "Users[coming]: (absent) -> (present)"],
            difference.Changes.Select(c => c.ToString()));
        Assert.Equal(["app", "coming"], difference.Effective.Users.Select(u => u.Name));
        Assert.Equal(["main"], difference.Effective.Listeners.Select(l => l.Name));
    }

    [Fact]
    public void A_password_reference_that_comes_or_goes_is_a_change()
    {
        var before = _sources.LoadValid();
        var difference = ConfigDifference.Between(before, _sources.With("Accounts:0:Password", "null").LoadValid());
        Assert.Equal("Accounts[app].Password", Assert.Single(difference.Changes).Path);
        Assert.Null(difference.Effective.Accounts[0].Password);
    }
}
