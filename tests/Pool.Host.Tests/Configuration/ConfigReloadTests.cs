using Pool.Actors.Backends.Login;
using Pool.Host.Configuration;
using Pool.Host.Tests.Lifecycle;

namespace Pool.Host.Tests.Configuration;

public sealed class ConfigReloadTests : IDisposable
{
    private readonly ConfigSources _sources = new();
    private readonly LogRecorder _log = new();
    private readonly ConfigReload _reload;
    private readonly List<PoolConfig> _applied = [];

    public ConfigReloadTests()
    {
        _reload = new ConfigReload(_sources.LoadValid(), _sources.Load, _log);
        _reload.OnReload("first", config =>
        {
            _applied.Add(config);
            return null;
        });
    }

    public void Dispose() => _sources.Dispose();

    [Fact]
    public void A_reload_applies_what_can_change_and_logs_what_cannot()
    {
        _sources.With("Backends:0:MaxConnections", "32").With("Backends:0:Host", "\"other\"");
        Assert.True(_reload.Reload());
        Assert.Equal(32, Assert.Single(_applied).Backends[0].MaxConnections);
        Assert.Same(_applied[0], _reload.Current);
        Assert.Equal("db.example", _reload.Current.Backends[0].Host);
        Assert.Contains("Warning: Option changed in the configuration, takes effect after a restart: Backends[main].Host: db.example -> other", _log.Lines);
        Assert.Contains("Information: Option changed: Backends[main].MaxConnections: 64 -> 32", _log.Lines);
    }

    [Fact]
    public void A_users_cap_is_changed_by_a_reload()
    {
        Assert.Equal(0, _reload.Current.Users[0].MaxConnections);
        _sources.With("Users:0:MaxConnections", "5");
        Assert.True(_reload.Reload());
        Assert.Equal(5, Assert.Single(_applied).Users[0].MaxConnections);
        Assert.Contains("Information: Option changed: Users[app].MaxConnections: 0 -> 5", _log.Lines);
    }

    [Fact]
    public void A_change_that_waits_for_a_restart_is_told_at_every_reload()
    {
        _sources.With("Backends:0:Host", "\"other\"");
        _reload.Reload();
        _reload.Reload();
        Assert.Equal(2, _log.Lines.Count(line => line.Contains("after a restart: Backends[main].Host", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_configuration_with_problems_changes_nothing()
    {
        var before = _reload.Current;
        _sources.With("Backends:0:MaxConnections", "0").With("Log", """{"Level": "Debug"}""");
        Assert.False(_reload.Reload());
        Assert.Empty(_applied);
        Assert.Same(before, _reload.Current);
        Assert.Contains("Backends[0].MaxConnections", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_needs_what_waits_for_a_restart_is_refused()
    {
        _sources
            .With("Backends:1", """{"Name": "second", "Host": "b"}""")
            .With("Accounts:1", """{"Name": "other", "Backend": "second", "User": "x", "Password": null}""");
        Assert.NotNull(_sources.Load().Config);
        Assert.False(_reload.Reload());
        Assert.Empty(_applied);
        Assert.Contains("Accounts[1].Backend", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_backend_that_stays_until_a_restart_does_not_lose_its_last_account()
    {
        var config = _sources.LoadValid();
        var two = config with
        {
            Backends = [.. config.Backends, config.Backends[0] with { Name = "second" }],
            Accounts = [.. config.Accounts, config.Accounts[0] with { Name = "other", Backend = "second" }],
        };
        var reload = new ConfigReload(two, _sources.Load, _log);
        Assert.False(reload.Reload());
        Assert.Same(two, reload.Current);
        var line = Assert.Single(_log.Lines);
        Assert.Contains("it takes a restart", line, StringComparison.Ordinal);
        Assert.Contains("Backends[1].Name = \"second\"", line, StringComparison.Ordinal);
    }

    [Fact]
    public void What_throws_is_logged_and_does_not_end_the_process()
    {
        _reload.OnReload("broken", _ => throw new InvalidOperationException("unexpected"));
        Assert.False(_reload.Reload());
        Assert.Contains("Error: A reload failed; this is a bug", _log.Lines);
        Assert.Single(_applied);
    }

    [Fact]
    public void A_change_that_needs_a_mode_of_TLS_that_waits_for_a_restart_is_refused()
    {
        var config = _sources.LoadValid();
        var verified = config with { Backends = [config.Backends[0] with { Tls = new() { Mode = BackendTlsMode.VerifyFull, CaFile = "ca.pem" } }] };
        var reload = new ConfigReload(verified, _sources.Load, _log);
        Assert.False(reload.Reload());
        Assert.Same(verified, reload.Current);
        Assert.Contains("Backends[0].Tls.CaFile", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_configuration_points_to_is_read_again_although_no_option_changed()
    {
        Assert.True(_reload.Reload());
        Assert.Single(_applied);
    }

    [Fact]
    public void One_that_cannot_apply_does_not_keep_the_others_from_it()
    {
        _reload.OnReload("second", _ => "its file is broken");
        var third = 0;
        _reload.OnReload("third", _ =>
        {
            third++;
            return null;
        });
        Assert.True(_reload.Reload());
        Assert.Equal(1, third);
        Assert.Contains("Error: Reload: second stays as it was: its file is broken", _log.Lines);
    }
}
