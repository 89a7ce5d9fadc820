namespace Pool.Live.Tests.Scenario;

/// <summary>The client libraries that say the scenario.</summary>
public static class Clients
{
    private static readonly string[] _names =
        ["mariadb-cli", "mysql-cli", "pymysql", "mysqli", "pdo", "mysql2", "connector-j", "dbd-mysql", "dbd-mariadb", "mysql-data"];

    /// <summary>The names that tests/clients/run knows, each without and with TLS.</summary>
    public static TheoryData<string, bool> All()
    {
        var all = new TheoryData<string, bool>();
        foreach (var name in _names)
        {
            all.Add(name, false);
            all.Add(name, true);
        }

        return all;
    }
}
