using System.Text;
using Pool.Actors.Backends.Login;
using Pool.Actors.Runtime;
using Pool.Actors.Sessions.Login;
using Pool.Actors.Settings;
using Pool.Testing;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Actors.Tests.Login;

/// <summary>What the tests of both sides share.</summary>
internal static class LoginFixture
{
    public const string Password = "correct horse";

    public const Capabilities Offered =
        Capabilities.LongPassword | Capabilities.FoundRows | Capabilities.LongFlag | Capabilities.ConnectWithDatabase
        | Capabilities.Protocol41 | Capabilities.Transactions | Capabilities.SecureConnection | Capabilities.MultiStatements
        | Capabilities.MultiResults | Capabilities.PsMultiResults | Capabilities.PluginAuth | Capabilities.ConnectAttributes
        | Capabilities.PluginAuthLengthEncoded | Capabilities.SessionTrack | Capabilities.DeprecateEof;

    /// <summary>From a MySQL 9.7.4, of <see cref="Password"/>.</summary>
    public static readonly Sha2Verifier Verifier = Sha2Verifier.TryParse(
        "0x244124303041241B3735491C283D7E6235282E263A474F70481F6D4535735A717A413538585974524758784A664A6642747879364F746F4568765758507776764E396F505A34")!;

    public static readonly SessionId Session = SessionId.From(3, 77);

    public static PasswordKey Key { get; } = new();

    /// <summary>The kinds of credentials, each for the user of its name. The password is <see cref="Password"/>.</summary>
    public static UserCredential Credential(string kind, bool requireTls = false) => kind switch
    {
        "known" => UserCredential.FromClearPassword(kind, Password, requireTls),
        "empty" => UserCredential.FromClearPassword(kind, "", requireTls),
        "verifier" => UserCredential.FromHashes(kind, null, Verifier, requireTls),
        "native" => UserCredential.FromHashes(kind, NativePassword.Store(Encoding.UTF8.GetBytes(Password)), null, requireTls),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static LoginContext Context(params UserCredential[] users) => new()
    {
        ServerVersion = "8.4.0-test",
        Offered = Offered,
        DefaultMethod = AuthMethod.CachingSha2Password,
        CollationId = 45,
        Users = new UserDirectory(users),
        Key = Key,
        Throttle = new LoginThrottle(new ManualTime()),
        Time = TimeProvider.System,
    };

    public static BackendLoginOptions Options(string user, string? password, BackendTlsMode mode = BackendTlsMode.Disabled) => new()
    {
        Host = "db.example",
        User = user,
        Password = () => password,
        Class = new ConnectionClass("account", FoundRows: true, LocalFiles: false),
        TlsMode = mode,
        Tls = new FakeTls(),
        Attributes = [new("_pid", "4711"), new("pool_node", "n1")],
    };

    /// <summary>Runs both sides against each other; the server's sends the OK that its caller would.</summary>
    public static async Task<(LoginResult Client, BackendLoginResult Backend)> MeetAsync(LoginContext context, BackendLoginOptions options, int? seed = null)
    {
        var (near, far) = PipeTransport.CreatePair(seed);
        var letIn = LetInAsync(context, far);
        var logIn = new BackendLogin(options, near).RunAsync(CancellationToken.None).AsTask();
        return (await letIn.WaitAsync(Patience), await logIn.WaitAsync(Patience));
    }

    /// <summary>Far beyond what a login takes, so that a hang is a failure and not a hang.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    private static async Task<LoginResult> LetInAsync(LoginContext context, Transport transport)
    {
        var result = await new ClientLogin(context, transport, Session).RunAsync(CancellationToken.None);
        if (result.Client is { } client)
        {
            var ok = new byte[OkPacket.SimpleLength];
            OkPacket.WriteSimple(ok, client.NextSequence, ServerStatus.Autocommit);
            Assert.True(await client.Transport.SendAsync(ok));
        }

        return result;
    }
}
