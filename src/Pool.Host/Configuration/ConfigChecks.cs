using System.Net;
using Pool.Actors.Backends.Login;

namespace Pool.Host.Configuration;

/// <summary>The rules between options. Pure: looks at nothing but the configuration.</summary>
internal static class ConfigChecks
{
    /// <summary>Everything that is wrong, in the order of the sections.</summary>
    public static IEnumerable<ConfigProblem> Problems(PoolConfig config) =>
    [
        .. ClusterChecks.Problems(config),
        .. Duplicates("Listeners", config.Listeners.Select(l => l.Name)),
        .. config.Listeners.SelectMany((l, i) => Unknown($"Listeners[{i}].Backend", l.Backend, "a backend", config.Backends.Select(b => b.Name))),
        .. SharedPorts(config),
        .. Duplicates("Backends", config.Backends.Select(b => b.Name)),
        .. config.Backends.SelectMany(Backend),
        .. config.Backends.SelectMany((b, i) => Unserved(config, b, i)),
        .. Duplicates("Accounts", config.Accounts.Select(a => a.Name)),
        .. config.Accounts.SelectMany((a, i) => Unknown($"Accounts[{i}].Backend", a.Backend, "a backend", config.Backends.Select(b => b.Name))),
        .. Duplicates("Users", config.Users.Select(u => u.Name)),
        .. config.Users.SelectMany(User),
        .. config.Routes.SelectMany((r, i) => Route(config, r, i)),
        .. Admin(config.Admin),
    ];

    private static IEnumerable<ConfigProblem> Backend(BackendConfig backend, int index)
    {
        var path = $"Backends[{index}]";
        if (backend.Host.Length > 0 && Uri.CheckHostName(backend.Host) == UriHostNameType.Unknown)
        {
            yield return new ConfigProblem($"{path}.Host", backend.Host, "must be a host name or an IP address");
        }

        if (backend.Tls is { CaFile: null, Mode: BackendTlsMode.VerifyCa or BackendTlsMode.VerifyFull })
        {
            yield return new ConfigProblem($"{path}.Tls.CaFile", null, $"must be given, since Mode is {ConfigScalar.Format(backend.Tls.Mode)}");
        }

        if (backend.ReservedConnections >= backend.MaxConnections)
        {
            var rule = $"must be less than MaxConnections ({backend.MaxConnections})";
            yield return new ConfigProblem($"{path}.ReservedConnections", ConfigScalar.Format(backend.ReservedConnections), rule);
            yield break;
        }

        var shared = backend.MaxConnections - backend.ReservedConnections;
        var withinShared = $"must not be more than MaxConnections less ReservedConnections ({shared})";
        if (backend.MinIdle > shared)
        {
            yield return new ConfigProblem($"{path}.MinIdle", ConfigScalar.Format(backend.MinIdle), withinShared);
        }

        if (backend.MaxPinned > shared)
        {
            yield return new ConfigProblem($"{path}.MaxPinned", ConfigScalar.Format(backend.MaxPinned), withinShared);
        }
    }

    private static IEnumerable<ConfigProblem> Unserved(PoolConfig config, BackendConfig backend, int index)
    {
        if (backend.Name.Length > 0 && !config.Accounts.Any(a => a.Backend == backend.Name))
        {
            yield return new ConfigProblem($"Backends[{index}].Name", backend.Name, "must be the Backend of one of the Accounts");
        }
    }

    private static IEnumerable<ConfigProblem> User(UserConfig user, int index)
    {
        if (user.Verifier is not { } verifier)
        {
            yield break;
        }

        if (user.Password is not null)
        {
            yield return new ConfigProblem($"Users[{index}].Verifier", null, "must not be given together with Password");
        }

        if (verifier is { CachingSha2: null, NativePassword: null })
        {
            yield return new ConfigProblem($"Users[{index}].Verifier", null, "must have CachingSha2, NativePassword or both");
        }
    }

    private static IEnumerable<ConfigProblem> Route(PoolConfig config, RouteConfig route, int index)
    {
        var path = $"Routes[{index}]";
        IEnumerable<ConfigProblem> unknown =
        [
            .. Unknown($"{path}.Listener", route.Listener, "a listener", [RouteConfig.Any, .. config.Listeners.Select(l => l.Name)]),
            .. Unknown($"{path}.User", route.User, "a user", [RouteConfig.Any, .. config.Users.Select(u => u.Name)]),
            .. Unknown($"{path}.Account", route.Account, "an account", config.Accounts.Select(a => a.Name)),
        ];
        foreach (var problem in unknown)
        {
            yield return problem;
        }

        var hiding = config.Routes.Take(index).ToList().FindIndex(earlier =>
            Covers(earlier.Listener, route.Listener) && Covers(earlier.User, route.User) && Covers(earlier.Database, route.Database));
        if (hiding >= 0)
        {
            yield return new ConfigProblem(path, null, $"can never match: Routes[{hiding}] comes first and matches all of it");
        }
    }

    private static bool Covers(string earlier, string later) => earlier == RouteConfig.Any || earlier == later;

    private static IEnumerable<ConfigProblem> Admin(AdminConfig admin)
    {
        if (admin.Token is null && !IPAddress.IsLoopback(admin.Address))
        {
            yield return new ConfigProblem("Admin.Token", null, $"must be given, since Admin.Address ({admin.Address}) is not a loopback address");
        }
    }

    private static IEnumerable<ConfigProblem> SharedPorts(PoolConfig config)
    {
        var taken = new Dictionary<IPEndPoint, string>();
        var all = config.Listeners
            .Select((l, i) => (Path: $"Listeners[{i}]", l.Address, l.Port))
            .Append((Path: "Admin", config.Admin.Address, config.Admin.Port));
        if (config.Cluster is { } cluster)
        {
            all = all.Append((Path: "Cluster", cluster.Address, cluster.Port));
        }

        foreach (var (path, address, port) in all.Where(e => e.Port != 0))
        {
            if (!taken.TryAdd(new IPEndPoint(address, port), path))
            {
                yield return new ConfigProblem($"{path}.Port", ConfigScalar.Format(port), $"is taken by {taken[new IPEndPoint(address, port)]}");
            }
        }
    }

    private static IEnumerable<ConfigProblem> Duplicates(string section, IEnumerable<string> names)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, name) in names.Index())
        {
            if (name.Length > 0 && !first.TryAdd(name, index))
            {
                yield return new ConfigProblem($"{section}[{index}].Name", name, $"must be unique; {section}[{first[name]}] has it");
            }
        }
    }

    private static IEnumerable<ConfigProblem> Unknown(string path, string name, string kind, IEnumerable<string> known)
    {
        if (name.Length > 0 && !known.Contains(name, StringComparer.Ordinal))
        {
            yield return new ConfigProblem(path, name, $"must be the name of {kind}");
        }
    }
}
