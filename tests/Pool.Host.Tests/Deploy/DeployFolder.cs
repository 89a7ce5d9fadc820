using System.Runtime.CompilerServices;
using Pool.Host.Configuration;

namespace Pool.Host.Tests.Deploy;

/// <summary>The files of deploy/.</summary>
internal static class DeployFolder
{
    /// <summary>A file's text.</summary>
    public static string Read(string file) => File.ReadAllText(PathTo(file));

    /// <summary>Where a file is.</summary>
    public static string PathTo(string file, [CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "deploy", file);

    /// <summary>Checks a configuration as the program's --check does, with secrets that are where it says; answers the valid one.</summary>
    public static PoolConfig Check(string json, IReadOnlyDictionary<string, string> environment)
    {
        var folder = Directory.CreateTempSubdirectory("pool-deploy-");
        try
        {
            var secret = Path.Combine(folder.FullName, "secret");
            File.WriteAllText(secret, "a secret of theirs");
            var file = Path.Combine(folder.FullName, "pool.json");
            File.WriteAllText(file, json);
            var overrides = new[] { "Cluster:Secret:File", "Accounts:0:Password:File", "Users:0:Password:File", "Admin:Token:File" };
            var load = PoolConfig.Load(file, overrides.Select(o => KeyValuePair.Create(o, secret)), environment);
            return load.Config ?? throw new InvalidOperationException(string.Join('\n', load.Problems));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
