using System.Globalization;

namespace Pool.Load;

/// <summary>What the clients do.</summary>
internal enum LoadMode
{
    /// <summary>Text selects of one row by primary key.</summary>
    Point,

    /// <summary>The same, prepared once and executed.</summary>
    Execute,

    /// <summary>Text selects of 1000 rows.</summary>
    Rows,

    /// <summary>A new session for each text select of one row; measured from connecting on.</summary>
    Connect,

    /// <summary>One query per session, then silence until the end of standard input or SIGINT.</summary>
    Idle,
}

/// <summary>The command line: a mode, then "--name value" pairs and the flags --json and --per-client.</summary>
internal sealed record LoadOptions
{
    public required LoadMode Mode { get; init; }

    /// <summary>Goes into the report as it is.</summary>
    public string Label { get; init; } = "";

    /// <summary>What the report calls the mode; empty for the mode's own name.</summary>
    public string ModeLabel { get; init; } = "";

    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 3306;

    public string User { get; init; } = "app";

    /// <summary>Name of the environment variable that holds the password.</summary>
    public string PasswordEnv { get; init; } = "APP_PASSWORD";

    public string Database { get; init; } = "sbtest";

    /// <summary>Rows of table sbtest1, whose ids are 1 to this.</summary>
    public int TableRows { get; init; } = 10_000;

    public int Connections { get; init; } = 16;

    public double Seconds { get; init; } = 10;

    public double Warmup { get; init; } = 1;

    /// <summary>What clients speak that <see cref="Kinds"/> does not describe.</summary>
    public bool DeprecateEof { get; init; } = true;

    /// <summary>File of client kinds, which the clients take in turn; empty for clients that send no start-up statements.</summary>
    public string Kinds { get; init; } = "";

    /// <summary>How many clients may be on their way in at once; servers refuse or drop more than their backlog.</summary>
    public int OpenAtOnce { get; init; } = 64;

    /// <summary>How many source addresses, from 127.0.0.1 on, the connections come from; 0 lets the system choose.</summary>
    public int Sources { get; init; }

    /// <summary>Statements per second that each client sends at most; 0: the next as soon as the one before is answered.</summary>
    public double Rate { get; init; }

    /// <summary>Process whose CPU time and memory are reported; 0 for none.</summary>
    public int Watch { get; init; }

    /// <summary>Process of the database behind it, whose CPU time is reported too; 0 for none.</summary>
    public int WatchDatabase { get; init; }

    /// <summary>Address of Pool's metrics page; empty for none.</summary>
    public string Metrics { get; init; } = "";

    /// <summary>Port of the database behind the process in the middle, to read its counters; 0 for none.</summary>
    public int DatabasePort { get; init; }

    public bool Json { get; init; }

    public bool PerClient { get; init; }

    /// <summary>The password itself; empty if its variable is not set.</summary>
    public string Password => Environment.GetEnvironmentVariable(PasswordEnv) ?? "";

    /// <summary>Reads the command line; a <see cref="FormatException"/> says what is wrong with it.</summary>
    public static LoadOptions Parse(ReadOnlySpan<string> args)
    {
        if (args.IsEmpty || !Enum.TryParse<LoadMode>(args[0], ignoreCase: true, out var mode))
        {
            throw new FormatException($"the first argument is the mode: {string.Join(", ", Enum.GetNames<LoadMode>()).ToLowerInvariant()}");
        }

        var options = new LoadOptions { Mode = mode };
        for (var i = 1; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--json" => options with { Json = true },
                "--per-client" => options with { PerClient = true },
                var name when i + 1 < args.Length => options.With(name, args[++i]),
                var name => throw new FormatException($"{name} needs a value"),
            };
        }

        return options;
    }

    private LoadOptions With(string name, string value) => name switch
    {
        "--label" => this with { Label = value },
        "--mode-label" => this with { ModeLabel = value },
        "--host" => this with { Host = value },
        "--port" => this with { Port = Int(value) },
        "--user" => this with { User = value },
        "--password-env" => this with { PasswordEnv = value },
        "--database" => this with { Database = value },
        "--table-rows" => this with { TableRows = Int(value) },
        "--connections" => this with { Connections = Int(value) },
        "--seconds" => this with { Seconds = Number(value) },
        "--warmup" => this with { Warmup = Number(value) },
        "--deprecate-eof" => this with { DeprecateEof = value == "on" },
        "--kinds" => this with { Kinds = value },
        "--open-at-once" => this with { OpenAtOnce = Int(value) },
        "--sources" => this with { Sources = Int(value) },
        "--rate" => this with { Rate = Number(value) },
        "--watch" => this with { Watch = Int(value) },
        "--watch-database" => this with { WatchDatabase = Int(value) },
        "--metrics" => this with { Metrics = value },
        "--database-port" => this with { DatabasePort = Int(value) },
        _ => throw new FormatException($"unknown option {name}"),
    };

    private static int Int(string value) => int.Parse(value, CultureInfo.InvariantCulture);

    private static double Number(string value) => double.Parse(value, CultureInfo.InvariantCulture);
}
