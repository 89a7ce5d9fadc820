using Pool.Actors.Backends;
using Pool.Actors.Backends.StoredCode;

namespace Pool.Actors.Tests.Backends.StoredCode;

/// <summary>Answers what the reader of stored code asks, from routines and defaults that a test makes in the schema "app".</summary>
internal sealed class StoredCodeServer
{
    private readonly Dictionary<string, (string Kind, string? Body, string Stamp, string Mode)> _routines = [];

    private readonly List<IReadOnlyList<string?>> _defaults = [];

    public List<string> Queries { get; } = [];

    public int TextsRead => Queries.Count(q => q.StartsWith("SHOW CREATE", StringComparison.Ordinal));

    public int ListsRead => Queries.Count(q => q.Contains("ROUTINE_TYPE IN", StringComparison.Ordinal));

    /// <summary>Fails the lists, or the texts, with this error.</summary>
    public int ListError { get; set; }

    public int TextError { get; set; }

    /// <summary>Runs in the middle of every list.</summary>
    public Func<Task> Listing { get; set; } = () => Task.CompletedTask;

    public void Procedure(string name, string? body, string stamp, string mode = "") =>
        _routines[name] = ("PROCEDURE", body, stamp, mode);

    public void Function(string name, string body) => _routines[name] = ("FUNCTION", body, "1", "");

    public void Default(string table, string column, string text) => _defaults.Add(["app", column, "DEFAULT", table, $"{text.Length}", text]);

    public void Drop(string name) => _routines.Remove(name);

    public StoredCodeReader Reader(ServerFlavour flavour = ServerFlavour.MySql) => new(AnswerAsync, flavour);

    private async ValueTask<QueryResult> AnswerAsync(string sql, CancellationToken cancel)
    {
        Queries.Add(sql);
        if (sql.StartsWith("SHOW CREATE", StringComparison.Ordinal))
        {
            var (name, (kind, body, _, mode)) = _routines.First(p => sql.EndsWith($"`{p.Key.Replace("`", "``", StringComparison.Ordinal)}`", StringComparison.Ordinal));
            return Answer(TextError, [[name, mode, $"CREATE DEFINER=`a`@`%` {kind} `{name}`(){(kind == "FUNCTION" ? " RETURNS INT" : "")}\n{body}", "utf8mb4", "x", "y"]]);
        }

        var rows = sql.Contains("information_schema.COLUMNS", StringComparison.Ordinal) ? _defaults
            : sql.Contains("information_schema.ROUTINES", StringComparison.Ordinal)
                ? _routines.Select(p => (IReadOnlyList<string?>)["app", p.Key, p.Value.Kind, null, p.Value.Body is { } b ? $"{b.Length}" : null, p.Value.Stamp])
            : [];
        var answer = Answer(ListError, [.. rows]);
        await Listing();
        return answer;
    }

    private static QueryResult Answer(int error, IReadOnlyList<IReadOnlyList<string?>> rows) =>
        error == 0 ? new QueryResult(0, null, rows) : new QueryResult(error, "refused", []);
}
