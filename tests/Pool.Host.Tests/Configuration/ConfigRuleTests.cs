namespace Pool.Host.Tests.Configuration;

/// <summary>Every rule, each broken once.</summary>
public sealed class ConfigRuleTests : IDisposable
{
    private const string NativeHash = "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19";
    private const string Cluster =
        """{"Name":"prod","Etcd":{"Endpoints":["http://etcd-1:2379"]},"Secret":{"Environment":"APP_PASSWORD"},"AdvertisedHost":"10.0.0.7"}""";

    private readonly ConfigSources _sources = new();

    public void Dispose() => _sources.Dispose();

    [Theory]
    [InlineData("Node:Extra", "1", """Node.Extra = "1": unknown key; known here: Name, Slot""")]
    [InlineData("Listeners:0:Extra", "\"x\"", """Listeners[0].Extra = "x": unknown key; known here: Name, Address, Port, Backend, MaxSessions, MaxHandshakes, HandshakeTimeout, ProxyProtocolNetworks, Tls""")]
    [InlineData("Listeners:0:Tls:Extra", "1", """Listeners[0].Tls.Extra = "1": unknown key; known here: Mode, CertificateFile, KeyFile""")]
    [InlineData("Backends:0:Tls:Extra", "1", """Backends[0].Tls.Extra = "1": unknown key; known here: Mode, CaFile""")]
    [InlineData("Accounts:0:Extra", "1", "Accounts[0].Extra: unknown key; known here: Name, Backend, User, Password")]
    [InlineData("Accounts:0:Password:Extra", "1", "Accounts[0].Password.Extra: unknown key; known here: Environment, File")]
    [InlineData("Users:0:Extra", "1", "Users[0].Extra: unknown key; known here: Name, Password, Verifier, RequireTls, MaxSessions, MaxConnections, CanKillOthers")]
    [InlineData("Routes:0:Extra", "1", """Routes[0].Extra = "1": unknown key; known here: Listener, User, Database, Account""")]
    [InlineData("Admin:Extra", "1", "Admin.Extra: unknown key; known here: Address, Port, Token")]
    [InlineData("Sessions:Extra", "1", """Sessions.Extra = "1": unknown key; known here: IdleTimeout, MaxPacketBytes, MaxStatementsPerSession""")]
    [InlineData("Shutdown:Extra", "1", """Shutdown.Extra = "1": unknown key; known here: DrainTimeout""")]
    [InlineData("Log:Extra", "1", """Log.Extra = "1": unknown key; known here: Level, Format""")]
    public void An_unknown_key_is_refused_at_every_level(string key, string json, string line) =>
        Assert.Equal(line, _sources.With(key, json).LoadProblem());

    [Theory]
    [InlineData("Node", "\"x\"", """Node = "x": must be an object with Name, Slot""")]
    [InlineData("Node", "null", "Node: must be an object with Name, Slot")]
    [InlineData("Node:Name", "\"\"", """Node.Name = "": must be a text that is not empty""")]
    [InlineData("Node:Name", "null", """Node.Name = "null": must be a text that is not empty""")]
    [InlineData("Node:Slot", "512", """Node.Slot = "512": must be a whole number from 1 to 511""")]
    [InlineData("Node:Slot", "1.5", """Node.Slot = "1.5": must be a whole number from 1 to 511""")]
    [InlineData("Node:Slot", "{}", "Node.Slot: must be a whole number from 1 to 511")]
    [InlineData("Node:Slot", "99999999999999999999", """Node.Slot = "99999999999999999999": must be a whole number from 1 to 511""")]
    [InlineData("Listeners:0:Address", "\"localhost\"", """Listeners[0].Address = "localhost": must be an IP address""")]
    [InlineData("Listeners:0:Address", "\"1\"", """Listeners[0].Address = "1": must be an IP address""")]
    [InlineData("Listeners:0:ProxyProtocolNetworks", "[\"10.0.0.0/33\"]", """Listeners[0].ProxyProtocolNetworks[0] = "10.0.0.0/33": must be a network such as 10.0.0.0/8""")]
    [InlineData("Listeners:0:ProxyProtocolNetworks", "\"10.0.0.0/8\"", """Listeners[0].ProxyProtocolNetworks = "10.0.0.0/8": must be a list""")]
    [InlineData("Listeners:0:Tls:Mode", "\"maybe\"", """Listeners[0].Tls.Mode = "maybe": must be one of off, optional, required""")]
    [InlineData("Listeners:0:Tls:Mode", "1", """Listeners[0].Tls.Mode = "1": must be one of off, optional, required""")]
    [InlineData("Backends:0:Tls:Mode", "\"VerifyCa\"", """Backends[0].Tls.Mode = "VerifyCa": must be one of disabled, preferred, required, verify-ca, verify-full""")]
    [InlineData("Backends:0:ConnectTimeout", "5", """Backends[0].ConnectTimeout = "5": must be a duration hh:mm:ss[.fff] from 00:00:00.050 to 00:10:00""")]
    [InlineData("Backends:0:ConnectTimeout", "\"00:10:01\"", """Backends[0].ConnectTimeout = "00:10:01": must be a duration hh:mm:ss[.fff] from 00:00:00.050 to 00:10:00""")]
    [InlineData("Backends:0:QueryTimeout", "\"-00:00:01\"", """Backends[0].QueryTimeout = "-00:00:01": must be a duration hh:mm:ss[.fff] from 00:00:00 to 7.00:00:00""")]
    [InlineData("Users:0:RequireTls", "\"yes\"", """Users[0].RequireTls = "yes": must be true or false""")]
    [InlineData("Users:0:MaxConnections", "65536", """Users[0].MaxConnections = "65536": must be a whole number from 0 to 65535""")]
    [InlineData("Users:0:MaxConnections", "-1", """Users[0].MaxConnections = "-1": must be a whole number from 0 to 65535""")]
    [InlineData("Log:Level", "\"loud\"", """Log.Level = "loud": must be one of Trace, Debug, Information, Warning, Error, Critical, None""")]
    public void A_value_of_the_wrong_type_or_size_is_refused(string key, string json, string line) =>
        Assert.Equal(line, _sources.With(key, json).LoadProblem());

    [Theory]
    [InlineData("Accounts:1", """{"Name":"x","Backend":"x","User":"x","Password":null}""", """Accounts[1].Backend = "x": must be the name of a backend""")]
    [InlineData("Listeners:0:Backend", "\"x\"", """Listeners[0].Backend = "x": must be the name of a backend""")]
    [InlineData("Routes:0:Listener", "\"x\"", """Routes[0].Listener = "x": must be the name of a listener""")]
    [InlineData("Routes:0:User", "\"x\"", """Routes[0].User = "x": must be the name of a user""")]
    [InlineData("Routes:0:Account", "\"App\"", """Routes[0].Account = "App": must be the name of an account""")]
    public void A_reference_to_what_is_not_there_is_refused(string key, string json, string line) =>
        Assert.Equal(line, _sources.With(key, json).LoadProblem());

    [Theory]
    [InlineData("Listeners:1", """{"Name":"main","Backend":"main","Port":1}""", """Listeners[1].Name = "main": must be unique; Listeners[0] has it""")]
    [InlineData("Backends:1", """{"Name":"main","Host":"x"}""", """Backends[1].Name = "main": must be unique; Backends[0] has it""")]
    [InlineData("Accounts:1", """{"Name":"app","Backend":"main","User":"x","Password":null}""", """Accounts[1].Name = "app": must be unique; Accounts[0] has it""")]
    [InlineData("Users:1", """{"Name":"app","Password":null}""", """Users[1].Name = "app": must be unique; Users[0] has it""")]
    public void A_name_that_is_taken_is_refused(string key, string json, string line) =>
        Assert.Equal(line, _sources.With(key, json).LoadProblem());

    [Theory]
    [InlineData("Listeners:1", """{"Name":"second","Backend":"main"}""", """Listeners[1].Port = "6033": is taken by Listeners[0]""")]
    [InlineData("Admin:Port", "6033", """Admin.Port = "6033": is taken by Listeners[0]""")]
    [InlineData("Admin:Address", "\"0.0.0.0\"", "Admin.Token: must be given, since Admin.Address (0.0.0.0) is not a loopback address")]
    [InlineData("Backends:0:Host", "\"a b\"", """Backends[0].Host = "a b": must be a host name or an IP address""")]
    [InlineData("Backends:0:MinIdle", "64", """Backends[0].MinIdle = "64": must not be more than MaxConnections less ReservedConnections (63)""")]
    [InlineData("Backends:0:MaxPinned", "64", """Backends[0].MaxPinned = "64": must not be more than MaxConnections less ReservedConnections (63)""")]
    [InlineData("Backends:0:Tls:Mode", "\"verify-ca\"", "Backends[0].Tls.CaFile: must be given, since Mode is verify-ca")]
    [InlineData("Backends:0:Tls:Mode", "\"verify-full\"", "Backends[0].Tls.CaFile: must be given, since Mode is verify-full")]
    [InlineData("Listeners:0:Tls:CertificateFile", "\"c.pem\"", "Listeners[0].Tls: must have both of CertificateFile, KeyFile or none")]
    [InlineData("Listeners:0:Tls:KeyFile", "\"c.pem\"", "Listeners[0].Tls: must have both of CertificateFile, KeyFile or none")]
    [InlineData("Backends:1", """{"Name":"second","Host":"x"}""", """Backends[1].Name = "second": must be the Backend of one of the Accounts""")]
    [InlineData("Routes:1", """{"User":"app","Database":"x","Account":"app"}""", "Routes[1]: can never match: Routes[0] comes first and matches all of it")]
    public void Options_that_contradict_each_other_are_refused(string key, string json, string line) =>
        Assert.Equal(line, _sources.With(key, json).LoadProblem());

    [Theory]
    [InlineData("Cluster:Extra", "1", "Cluster.Extra: unknown key; known here: Name, Etcd, Secret, LeaseTime, Address, Port, Encrypt, AdvertisedHost, MaxRemoteLeases")]
    [InlineData("Cluster:Etcd:Extra", "1", "Cluster.Etcd.Extra: unknown key; known here: Endpoints, User, Password, CaFile, CertificateFile, KeyFile")]
    [InlineData("Cluster:Name", null, "Cluster.Name: must be given")]
    [InlineData("Cluster:Etcd", null, "Cluster.Etcd: must be given")]
    [InlineData("Cluster:AdvertisedHost", null, "Cluster.AdvertisedHost: must be given")]
    [InlineData("Cluster:Etcd:Endpoints", "[]", "Cluster.Etcd.Endpoints: must have 1 or more entries")]
    [InlineData("Cluster:Secret", "{\"Environment\":\"NONE\"}", "Cluster.Secret: environment variable NONE is not set or empty")]
    [InlineData("Cluster:Name", "\"a/b\"", """Cluster.Name = "a/b": must be 63 letters, digits, '.', '-' and '_' at most, since it is the name in a cluster""")]
    [InlineData("Node:Name", "\"a b\"", """Node.Name = "a b": must be 63 letters, digits, '.', '-' and '_' at most, since it is the name in a cluster""")]
    [InlineData("Node:Slot", "1", """Node.Slot = "1": must not be given together with Cluster, where slots are claimed""")]
    [InlineData("Cluster:Etcd:Endpoints:1", "\"https://etcd-2:2379\"", """Cluster.Etcd.Endpoints[1] = "https://etcd-2:2379": must be http, as the first one is""")]
    [InlineData("Cluster:Etcd:Endpoints:0", "\"etcd-1:2379\"", "Cluster.Etcd.Endpoints[0]: must be a URL such as https://10.0.0.1:2379")]
    [InlineData("Cluster:Etcd:Endpoints:0", "\"http://user:password@etcd-1:2379\"", "Cluster.Etcd.Endpoints[0]: must be a URL such as https://10.0.0.1:2379")]
    [InlineData("Cluster:Etcd:User", "\"pool\"", "Cluster.Etcd: must have both of User, Password or none")]
    [InlineData("Cluster:Etcd:KeyFile", "\"key.pem\"", "Cluster.Etcd: must have both of CertificateFile, KeyFile or none")]
    [InlineData("Cluster:LeaseTime", "\"00:00:01\"", """Cluster.LeaseTime = "00:00:01": must be a duration hh:mm:ss[.fff] from 00:00:02 to 00:10:00""")]
    [InlineData("Cluster:LeaseTime", "\"00:00:02.500\"", """Cluster.LeaseTime = "00:00:02.5000000": must be whole seconds""")]
    [InlineData("Cluster:AdvertisedHost", "\"a b\"", """Cluster.AdvertisedHost = "a b": must be a host name or an IP address""")]
    [InlineData("Backends:0:MaxConnections", "2", """Backends[0].MaxConnections = "2": must be at least 3 in a cluster: one for sessions, those that are reserved, and a place that is no node's""")]
    [InlineData("Cluster:Port", "6033", """Cluster.Port = "6033": is taken by Listeners[0]""")]
    public void What_does_not_fit_into_a_cluster_is_refused(string key, string? json, string line) =>
        Assert.Equal(line, _sources.With("Listeners:0:Address", "\"0.0.0.0\"").With("Cluster", Cluster).With(key, json).LoadProblem());

    [Fact]
    public void A_secret_of_a_cluster_that_could_be_guessed_is_refused()
    {
        var file = _sources.Write("cluster-secret", "15 characters..\n");
        _sources.With("Cluster", Cluster).With("Cluster:Secret", $$"""{"File":"{{file}}"}""");
        Assert.Equal("Cluster.Secret: must have 16 characters or more", _sources.LoadProblem());

        _sources.Write("cluster-secret", "16 characters...\n");
        Assert.NotNull(_sources.LoadValid().Cluster);
    }

    [Fact]
    public void A_cluster_needs_no_more_than_its_name_etcd_a_secret_and_an_address()
    {
        var config = _sources.With("Cluster", Cluster).LoadValid();
        Assert.Equal(TimeSpan.FromSeconds(10), config.Cluster!.LeaseTime);
        Assert.Null(_sources.With("Cluster", null).LoadValid().Cluster);
    }

    [Fact]
    public void At_least_one_connection_is_left_for_sessions() =>
        Assert.Equal(
            """Backends[0].ReservedConnections = "2": must be less than MaxConnections (2)""",
            _sources.With("Backends:0:MaxConnections", "2").With("Backends:0:ReservedConnections", "2").LoadProblem());

    [Theory]
    [InlineData("Listeners", "Listeners: must be given")]
    [InlineData("Listeners:0:Name", "Listeners[0].Name: must be given")]
    [InlineData("Listeners:0:Backend", "Listeners[0].Backend: must be given")]
    [InlineData("Backends:0:Host", "Backends[0].Host: must be given")]
    [InlineData("Accounts:0:User", "Accounts[0].User: must be given")]
    [InlineData("Accounts:0:Password", "Accounts[0].Password: must be given")]
    [InlineData("Users:0:Password", "Users[0].Password: must be given (null for none), or Verifier")]
    [InlineData("Routes:0:Account", "Routes[0].Account: must be given")]
    public void What_has_no_default_must_be_given(string key, string line) =>
        Assert.Equal(line, _sources.With(key, null).LoadProblem());

    [Fact]
    public void A_list_that_needs_entries_may_not_be_empty() =>
        Assert.Equal("Listeners: must have 1 or more entries", _sources.With("Listeners", "[]").LoadProblem());

    [Theory]
    [InlineData("{}", "Users[0].Verifier: must have CachingSha2, NativePassword or both")]
    [InlineData("""{"NativePassword": "*12"}""", "Users[0].Verifier.NativePassword: must be a hash as mysql.user.authentication_string has it")]
    [InlineData("""{"CachingSha2": "$A$005$short"}""", "Users[0].Verifier.CachingSha2: must be a hash as mysql.user.authentication_string has it")]
    public void A_verifier_that_verifies_nothing_is_refused(string json, string line) =>
        Assert.Contains(line, _sources.With("Users:0:Password", null).With("Users:0:Verifier", json).Load().Problems.Select(p => p.ToString()));

    [Fact]
    public void A_verifier_stands_in_for_a_password_but_not_beside_one()
    {
        _sources.With("Users:0:Verifier", $$"""{"NativePassword": "{{NativeHash}}"}""");
        Assert.Equal("Users[0].Verifier: must not be given together with Password", _sources.LoadProblem());
        Assert.Equal(NativeHash, _sources.With("Users:0:Password", null).LoadValid().Users[0].Verifier!.NativePassword);
    }

    [Fact]
    public void A_caching_sha2_verifier_may_have_any_salt()
    {
        var hash = "$A$005$" + "\u0001\n*~{/\\\"9876543210ab" + new string('x', 43);
        _sources.With("Users:0:Password", null).With("Users:0:Verifier", $$"""{"CachingSha2": {{System.Text.Json.JsonSerializer.Serialize(hash)}}}""");
        Assert.Equal(hash, _sources.LoadValid().Users[0].Verifier!.CachingSha2);
    }

    [Fact]
    public void Routes_that_overlap_in_part_are_fine()
    {
        _sources.With("Routes:0", """{"Database": "x", "Account": "app"}""").With("Routes:1", """{"User": "app", "Account": "app"}""");
        Assert.Equal(2, _sources.LoadValid().Routes.Count);
    }

    [Fact]
    public void A_token_opens_the_admin_port_to_the_network()
    {
        _sources.With("Admin", """{"Address": "0.0.0.0", "Token": {"Environment": "APP_PASSWORD"}}""");
        Assert.NotNull(_sources.LoadValid().Admin.Token);
    }

    [Fact]
    public void Unreadable_certificates_are_refused()
    {
        var text = System.Text.Json.JsonSerializer.Serialize(_sources.Write("text.pem", "no certificate"));
        _sources.With("Backends:0:Tls", $$"""{"CaFile": {{text}}}""").With("Listeners:0:Tls", $$"""{"CertificateFile": {{text}}, "KeyFile": "none.pem"}""");
        var lines = _sources.Load().Problems.Select(p => p.ToString()).ToList();
        Assert.Equal(2, lines.Count);
        Assert.StartsWith("Listeners[0].Tls.CertificateFile = ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Backends[0].Tls.CaFile = ", lines[1], StringComparison.Ordinal);
    }
}
