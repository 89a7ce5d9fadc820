using System.Net;
using Microsoft.Extensions.Logging;
using Pool.Actors.Backends.Login;
using Pool.Host.Configuration;

namespace Pool.Host.Tests.Configuration;

public sealed class PoolConfigTests : IDisposable
{
    private readonly ConfigSources _sources = new();

    public void Dispose() => _sources.Dispose();

    [Fact]
    public void What_the_file_leaves_out_has_its_default()
    {
        var config = _sources.LoadValid();
        Assert.Equal("pool-1", config.Node.Name);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 6033), new IPEndPoint(config.Listeners[0].Address, config.Listeners[0].Port));
        Assert.Equal(ListenerTlsMode.Optional, config.Listeners[0].Tls.Mode);
        Assert.Equal(3306, config.Backends[0].Port);
        Assert.Equal(64, config.Backends[0].MaxConnections);
        Assert.Equal(TimeSpan.FromSeconds(30), config.Backends[0].LeaseTimeout);
        Assert.Equal(BackendTlsMode.Preferred, config.Backends[0].Tls.Mode);
        Assert.Equal(RouteConfig.Any, config.Routes[0].Listener);
        Assert.Equal(TimeSpan.FromHours(8), config.Sessions.IdleTimeout);
        Assert.Equal(LogLevel.Information, config.Log.Level);
    }

    [Fact]
    public void Values_of_every_type_are_read()
    {
        _sources
            .With("Listeners:0:ProxyProtocolNetworks", """["10.0.0.0/8", "fd00::/8"]""")
            .With("Listeners:0:Address", "\"::\"")
            .With("Backends:0:Tls", """{"Mode": "REQUIRED"}""")
            .With("Backends:0:ConnectTimeout", "\"00:00:01.500\"")
            .With("Backends:0:MaxLifetime", "\"1.12:00:00\"")
            .With("Users:0:RequireTls", "true")
            .With("log", """{"LEVEL": "warning", "format": "text"}""");
        var config = _sources.LoadValid();
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::/8")], config.Listeners[0].ProxyProtocolNetworks);
        Assert.Equal(IPAddress.IPv6Any, config.Listeners[0].Address);
        Assert.Equal(BackendTlsMode.Required, config.Backends[0].Tls.Mode);
        Assert.Equal(TimeSpan.FromSeconds(1.5), config.Backends[0].ConnectTimeout);
        Assert.Equal(TimeSpan.FromHours(36), config.Backends[0].MaxLifetime);
        Assert.True(config.Users[0].RequireTls);
        Assert.Equal(LogLevel.Warning, config.Log.Level);
        Assert.Equal(LogFormat.Text, config.Log.Format);
    }

    [Fact]
    public void The_environment_overrides_the_file_and_the_command_line_overrides_both()
    {
        _sources.With("Backends:0:Port", "1111").With("Backends:0:MaxConnections", "11").With("Node", """{"Name": "file"}""");
        _sources.Environment["POOL__Backends__0__Port"] = "2222";
        _sources.Environment["POOL__backends__0__MAXCONNECTIONS"] = "22";
        _sources.Environment["POOLHOME"] = "not ours";
        _sources.Overrides["Backends:0:Port"] = "3333";
        var config = _sources.LoadValid();
        Assert.Equal(3333, config.Backends[0].Port);
        Assert.Equal(22, config.Backends[0].MaxConnections);
        Assert.Equal("file", config.Node.Name);
    }

    [Fact]
    public void An_override_can_add_an_entry_and_take_a_value_away()
    {
        _sources.With("Listeners:0:Tls", """{"CertificateFile": "missing.pem", "KeyFile": "missing.pem"}""");
        _sources.Environment["POOL__Listeners__0__Tls__CertificateFile"] = "";
        _sources.Environment["POOL__Listeners__0__Tls__KeyFile"] = "";
        _sources.Environment["POOL__Users__1__Name"] = "second";
        _sources.Environment["POOL__Users__1__Password__Environment"] = "APP_PASSWORD";
        var config = _sources.LoadValid();
        Assert.Null(config.Listeners[0].Tls.CertificateFile);
        Assert.Equal("second", config.Users[1].Name);
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        _sources
            .With("Backends:0:MaxConnections", "\"abc\"")
            .With("Listeners:0:Port", "65536")
            .With("Nodes", "{}")
            .With("Routes:0:Account", "\"nobody\"");
        var load = _sources.Load();
        Assert.Null(load.Config);
        Assert.Equal(
            [
                "Listeners[0].Port = \"65536\": must be a whole number from 0 to 65535",
                "Backends[0].MaxConnections = \"abc\": must be a whole number from 2 to 65535",
                "Routes[0].Account = \"nobody\": must be the name of an account",
                "Nodes: unknown key; known here: Node, Cluster, Listeners, Backends, Accounts, Users, Routes, Admin, Sessions, Shutdown, Log",
            ],
            load.Problems.Select(p => p.ToString()).OrderBy(line => Array.FindIndex(["Listeners", "Backends", "Routes", "Nodes"], line.StartsWith)));
    }

    [Theory]
    [InlineData("", "is not valid JSON")]
    [InlineData("{", "is not valid JSON")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("""{"Users": tomsecretpassword}""", "is not valid JSON")]
    [InlineData("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}}""", "is not valid JSON")]
    public void A_file_that_is_no_configuration_is_a_problem_that_does_not_quote_it(string json, string rule)
    {
        _sources.Json = json;
        var line = _sources.LoadProblem();
        Assert.EndsWith(rule, line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem()
    {
        var load = PoolConfig.Load(_sources.PathOf("none.json"), [], _sources.Environment);
        Assert.Contains("cannot be read", Assert.Single(load.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_order_mark_is_no_problem()
    {
        _sources.Json = '\uFEFF' + ConfigSources.Valid;
        _sources.LoadValid();
    }

    [Fact]
    public void A_key_that_is_given_twice_is_a_problem()
    {
        _sources.Json = ConfigSources.Valid.Replace("\"Host\"", "\"host\": \"a\", \"Host\"", StringComparison.Ordinal);
        Assert.Equal("Backends[0].Host: is given twice (keys are case-insensitive)", _sources.LoadProblem());
    }

    [Fact]
    public void A_check_says_ok_or_every_problem_and_ends_accordingly()
    {
        using var output = new StringWriter { NewLine = "\n" };
        Assert.Equal(0, _sources.Load().Report(output));
        Assert.Equal(1, _sources.With("Node", """{"Slot": 0, "Name": ""}""").Load().Report(output));
        Assert.Equal(
            """
            ok
            Node.Slot = "0": must be a whole number from 1 to 511
            Node.Name = "": must be a text that is not empty

            """,
            output.ToString());
    }

    [Fact]
    public void An_absurdly_deep_override_is_a_problem_and_no_stack_overflow()
    {
        _sources.Overrides[string.Join(':', Enumerable.Repeat("A", 100_000))] = "x";
        Assert.EndsWith("unknown key", _sources.LoadProblem(), StringComparison.Ordinal);
    }
}
