using System.Collections;
using System.Globalization;
using System.Reflection;
using MySql.Data.MySqlClient;

namespace Pool.Clients;

/// <summary>The server that the arguments name: host, port, user, password, database, and 0 or 1 for TLS.</summary>
internal sealed class Server(string[] arguments)
{
    /// <summary>
    /// The driver is older than the name utf8mb3, which both servers now give to what it calls utf8, and fails on every
    /// result that has such a column.
    /// </summary>
    static Server()
    {
        var table = typeof(MySqlConnection).Assembly.GetType("MySql.Data.MySqlClient.CharSetMap", throwOnError: true)!;
        var names = (IDictionary)table.GetField("_mapping", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;
        names["utf8mb3"] = names["utf8"];
    }

    /// <summary>
    /// An open connection with the scenario's options, changed by <paramref name="change"/>. Warnings go into the transcript
    /// unless it is <paramref name="quiet"/>.
    /// </summary>
    public MySqlConnection Connect(Action<MySqlConnectionStringBuilder>? change = null, bool quiet = false)
    {
        var options = new MySqlConnectionStringBuilder
        {
            Server = arguments[0],
            Port = uint.Parse(arguments[1], CultureInfo.InvariantCulture),
            UserID = arguments[2],
            Password = arguments[3],
            Database = arguments[4],
            SslMode = arguments[5] == "1" ? MySqlSslMode.Required : MySqlSslMode.None,
            AllowPublicKeyRetrieval = true,
            AllowUserVariables = true,
            AllowLoadLocalInfile = true,
            CharacterSet = "utf8mb4",
            ConnectionTimeout = 30,
            DefaultCommandTimeout = 120,
            IgnorePrepare = false,
            Pooling = false,
            UseAffectedRows = true,
        };
        change?.Invoke(options);
        var connection = new MySqlConnection(options.ConnectionString);
        if (!quiet)
            connection.InfoMessage += (_, told) => Array.ForEach(told.errors, e => Console.WriteLine($"  warning {e.Level} {e.Code} {e.Message}"));
        connection.Open();
        return connection;
    }

    /// <summary>Prints why a login with the changed options fails.</summary>
    public void Refused(Action<MySqlConnectionStringBuilder> change)
    {
        try
        {
            using var connection = Connect(change);
            Console.WriteLine("  not refused");
        }
        catch (MySqlException error)
        {
            Transcript.Error(error);
        }
    }
}
