using Pool.Host.Configuration;

namespace Pool.Host.Tests.Configuration;

public sealed class SecretTests : IDisposable
{
    private const string Hash = "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19";
    private readonly ConfigSources _sources = new();

    public void Dispose() => _sources.Dispose();

    [Theory]
    [InlineData("secret", "secret")]
    [InlineData("secret\n", "secret")]
    [InlineData("secret\r\n", "secret")]
    [InlineData("secret\n\n", "secret\n")]
    [InlineData(" secret ", " secret ")]
    public void One_line_break_at_the_end_of_a_file_is_not_part_of_the_secret(string content, string expected)
    {
        var reference = new SecretReference { File = _sources.Write("secret", content) };
        Assert.True(new SecretResolver(_sources.Environment).TryResolve(reference, out var secret, out _));
        Assert.Equal(expected, secret);
    }

    [Fact]
    public void A_file_is_read_anew_each_time()
    {
        var resolver = new SecretResolver(_sources.Environment);
        var reference = new SecretReference { File = _sources.Write("secret", "old") };
        Assert.True(resolver.TryResolve(reference, out _, out _));
        _sources.Write("secret", "new");
        Assert.True(resolver.TryResolve(reference, out var secret, out _));
        Assert.Equal("new", secret);
    }

    [Fact]
    public void What_cannot_be_resolved_is_a_problem()
    {
        File.WriteAllBytes(_sources.PathOf("binary"), [0xFF, 0xFE, 0x00]);
        File.WriteAllBytes(_sources.PathOf("huge"), new byte[100_000]);
        _sources.Environment["EMPTY"] = "";
        var resolver = new SecretResolver(_sources.Environment);
        Assert.All(
            new (SecretReference Reference, string Problem)[]
            {
                (new(), "exactly one"),
                (new() { Environment = "APP_PASSWORD", File = "x" }, "exactly one"),
                (new() { Environment = "UNSET" }, "not set"),
                (new() { Environment = "EMPTY" }, "not set or empty"),
                (new() { File = _sources.PathOf("none") }, "cannot be read"),
                (new() { File = _sources.PathOf("") }, "cannot be read"),
                (new() { File = _sources.Write("empty", "\n") }, "is empty"),
                (new() { File = _sources.PathOf("binary") }, "not UTF-8"),
                (new() { File = _sources.PathOf("huge") }, "larger than"),
            },
            bad =>
            {
                Assert.False(resolver.TryResolve(bad.Reference, out var secret, out var problem));
                Assert.Contains(bad.Problem, problem, StringComparison.Ordinal);
                Assert.Equal("", secret);
            });
    }

    [Theory]
    [InlineData("Accounts:0:Password")]
    [InlineData("Users:0:Password")]
    [InlineData("Admin:Token")]
    public void A_reference_that_leads_nowhere_is_refused_when_loading(string key)
    {
        var line = _sources.With(key, """{"Environment": "UNSET"}""").LoadProblem();
        Assert.EndsWith(": environment variable UNSET is not set or empty", line, StringComparison.Ordinal);
    }

    [Fact]
    public void No_printed_form_of_a_configuration_has_a_secret()
    {
        _sources.With("Users:0:Password", null).With("Users:0:Verifier", $$"""{"NativePassword": "{{Hash}}"}""");
        var config = _sources.LoadValid();
        Assert.All(
            [config.ToString(), config.Users[0].ToString(), config.Users[0].Verifier!.ToString(), config.Accounts[0].ToString()],
            text =>
            {
                Assert.DoesNotContain(Hash, text, StringComparison.Ordinal);
                Assert.DoesNotContain(ConfigSources.Secret, text, StringComparison.Ordinal);
            });
    }

    [Theory]
    [InlineData("Accounts:0:Password", "\"hunter2\"")]
    [InlineData("Accounts:0:Pasword", "\"hunter2\"")]
    [InlineData("Accounts:0:Password", "{\"Value\": \"hunter2\"}")]
    [InlineData("Accounts:0:Password", "[\"hunter2\"]")]
    [InlineData("Users:0", "\"hunter2\"")]
    [InlineData("Users:0:Verifier", "\"hunter2\"")]
    [InlineData("Users:0:Verifier", "{\"NativePassword\": \"hunter2\"}")]
    [InlineData("Users:0:Verifier", "{\"Sha1\": \"hunter2\"}")]
    [InlineData("Backends:0:Password", "\"hunter2\"")]
    [InlineData("Listeners:0:Tls:KeyPassphrase", "\"hunter2\"")]
    [InlineData("Admin:Token", "\"hunter2\"")]
    [InlineData("AdminToken", "\"hunter2\"")]
    public void A_secret_in_the_wrong_place_is_refused_without_printing_it(string key, string json)
    {
        var load = _sources.With(key, json).Load();
        Assert.NotEmpty(load.Problems);
        Assert.DoesNotContain("hunter2", string.Join('\n', load.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_verifier_is_told_without_its_value()
    {
        _sources.With("Users:0:Password", null).With("Users:0:Verifier", $$"""{"NativePassword": "{{Hash}}"}""");
        var before = _sources.LoadValid();
        var after = _sources.With("Users:0:Verifier:NativePassword", $"\"{Hash.Replace('1', '2')}\"").LoadValid();
        var change = Assert.Single(ConfigDifference.Between(before, after).Changes);
        Assert.Equal("Users[app].Verifier.NativePassword: (hidden) -> (hidden)", change.ToString());
    }
}
