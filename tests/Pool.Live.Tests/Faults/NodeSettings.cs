using System.Text.Json;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Faults;

/// <summary>What differs between the nodes of the tests.</summary>
internal sealed record NodeSettings
{
    // One list for all, so that equal settings are found to be equal.
    private static readonly string[] s_accounts = [FaultRig<MariaDbServer>.Account, FaultRig<MariaDbServer>.OtherAccount];

    /// <summary>The backend's cap.</summary>
    public int MaxConnections { get; init; } = 12;

    /// <summary>Prepared statements kept on each connection.</summary>
    public int MaxStatementsPerConnection { get; init; } = 100;

    /// <summary>How a backend is named; its certificate may have to say so too.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>How much TLS towards the backend.</summary>
    public string TlsMode { get; init; } = "preferred";

    /// <summary>Whom that trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>The account that serves the clients.</summary>
    public string Account { get; init; } = FaultRig<MariaDbServer>.Account;

    /// <summary>The accounts of the backend, the first of them for the pool's own work.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = s_accounts;

    /// <summary>The same server a second time, as a backend of its own with an account of its own, for <see cref="FaultNode.SecondUser"/>.</summary>
    public bool HasSecondBackend { get; init; }

    /// <summary>Clients at once in their login.</summary>
    public int MaxHandshakes { get; init; } = 1000;

    /// <summary>Time for a login.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for a drain.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether settings may ride in statements.</summary>
    public string SetVarHints { get; init; } = "auto";

    /// <summary>Whether sessions that set variables or prepare statements share connections.</summary>
    public string SettingsPool { get; init; } = "on";

    /// <summary>The configuration file of a node in front of a server.</summary>
    public string Write(DatabaseServer server, PoolNode node)
    {
        string[] backends = HasSecondBackend ? ["main", "second"] : ["main"];
        (string User, string Account)[] routes = HasSecondBackend ? [(FaultNode.SecondUser, "second"), ("*", Account)] : [("*", Account)];
        var accounts = Accounts.Select(a => (Name: a, Backend: "main", User: a))
            .Concat(HasSecondBackend ? [("second", "second", FaultRig<MariaDbServer>.Account)] : []);
        return JsonSerializer.Serialize(new
        {
            Listeners = new[]
            {
                new { Name = "main", node.Port, Backend = "main", MaxHandshakes, HandshakeTimeout = $"{HandshakeTimeout:c}" },
            },
            Backends = backends.Select(Name =>
                new { Name, Host, server.Port, MaxConnections, SetVarHints, SettingsPool, MaxStatementsPerConnection, Tls = new { Mode = TlsMode, CaFile }, ConnectTimeout = "00:00:10" }),
            Accounts = accounts.Select(a => new { a.Name, a.Backend, a.User, Password = FileOf(node, FaultNode.AccountSecret) }),
            Users = new[] { FaultNode.User, FaultNode.SecondUser }.Select(Name => new { Name, Password = FileOf(node, FaultNode.UserSecret) }),
            Routes = routes.Select(r => new { r.User, r.Account }),
            Admin = new { Port = node.AdminPort },
            Shutdown = new { DrainTimeout = $"{DrainTimeout:c}" },
            Log = new { Level = "Information", Format = "text" },
        });
    }

    private static object FileOf(PoolNode node, string secret) => new { File = node.PathTo(secret) };
}
