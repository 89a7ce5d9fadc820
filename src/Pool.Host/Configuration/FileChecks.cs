using Pool.Actors.Cluster.Peers;
using Pool.Host.Tls;

namespace Pool.Host.Configuration;

/// <summary>The rules about what the configuration points to: secrets and certificates. Reads them, keeps nothing.</summary>
internal static class FileChecks
{
    /// <summary>Everything that is wrong, in the order of the sections.</summary>
    public static IEnumerable<ConfigProblem> Problems(PoolConfig config, SecretResolver secrets) =>
    [
        .. config.Listeners.SelectMany((l, i) => Certificate($"Listeners[{i}].Tls", l.Tls.CertificateFile, l.Tls.KeyFile)),
        .. config.Backends.SelectMany((b, i) => Authorities($"Backends[{i}].Tls", b.Tls)),
        .. config.Accounts.SelectMany((a, i) => Secret($"Accounts[{i}].Password", a.Password, secrets)),
        .. config.Users.SelectMany((u, i) => Secret($"Users[{i}].Password", u.Password, secrets)),
        .. Secret("Admin.Token", config.Admin.Token, secrets),
        .. config.Cluster is { } cluster ? Cluster(cluster, secrets) : [],
    ];

    private static IEnumerable<ConfigProblem> Secret(string path, SecretReference? reference, SecretResolver secrets)
    {
        if (reference is not null && !secrets.TryResolve(reference, out _, out var problem))
        {
            yield return new ConfigProblem(path, null, problem);
        }
    }

    private static IEnumerable<ConfigProblem> Cluster(ClusterConfig cluster, SecretResolver secrets) =>
    [
        .. Secret("Cluster.Secret", cluster.Secret, secrets),
        .. secrets.TryResolve(cluster.Secret, out var secret, out _) && secret.Length < PeerSecret.MinLength
            ? [new ConfigProblem("Cluster.Secret", null, $"must have {PeerSecret.MinLength} characters or more")]
            : Array.Empty<ConfigProblem>(),
        .. Secret("Cluster.Etcd.Password", cluster.Etcd.Password, secrets),
        .. Certificate("Cluster.Etcd", cluster.Etcd.CertificateFile, cluster.Etcd.KeyFile),
        .. cluster.Etcd.CaFile is { } file && !PemFiles.TryLoadAuthorities(file, out _, out var problem)
            ? [new ConfigProblem("Cluster.Etcd.CaFile", file, problem)]
            : Array.Empty<ConfigProblem>(),
    ];

    private static IEnumerable<ConfigProblem> Certificate(string path, string? certificate, string? key)
    {
        if ((certificate is null) != (key is null))
        {
            yield return new ConfigProblem(path, null, "must have both of CertificateFile, KeyFile or none");
        }
        else if ((certificate, key) is ({ } certificateFile, { } keyFile)
            && !PemFiles.TryLoadServer(certificateFile, keyFile, out _, out var problem))
        {
            yield return new ConfigProblem($"{path}.CertificateFile", certificateFile, problem);
        }
    }

    private static IEnumerable<ConfigProblem> Authorities(string path, BackendTlsConfig tls)
    {
        if (tls.CaFile is not null && !PemFiles.TryLoadAuthorities(tls.CaFile, out _, out var problem))
        {
            yield return new ConfigProblem($"{path}.CaFile", tls.CaFile, problem);
        }
    }
}
