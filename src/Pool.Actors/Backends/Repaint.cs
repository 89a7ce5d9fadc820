using System.Buffers;
using System.Text;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Replies;

namespace Pool.Actors.Backends;

/// <summary>
/// The commands that bring a connection from one set of settings to another: a value, computed once and run in one write. Immutable
/// but for <see cref="IsVerified"/> and <see cref="LeavesWarnings"/>, which only ever become true.
/// </summary>
public sealed class Repaint
{
    private const string NameCharacterSet = "utf8mb4";

    // Setting the one silently changes the other, so the other is always set behind it.
    private static readonly (string Cause, string Effect)[] s_silentEffects =
    [
        ("character_set_connection", "collation_connection"),
        ("max_join_size", "sql_big_selects"),
    ];

    private readonly ArrayBufferWriter<byte> _commands = new();
    private readonly List<ReplyShape> _shapes = [];
    private volatile bool _isVerified;
    private bool _setsVariables;

    private Repaint(SessionSettings needs, SettingsHints? hints) => (Needs, Hints) = (needs, hints);

    /// <summary>What the connection carries afterwards.</summary>
    public SessionSettings Needs { get; }

    /// <summary>What may ride in a statement instead, so that the connection stays as it is; null if nothing may.</summary>
    public SettingsHints? Hints { get; }

    /// <summary>The commands.</summary>
    public ReadOnlyMemory<byte> Commands => _commands.WrittenMemory;

    /// <summary>The shapes of their replies.</summary>
    public IReadOnlyList<ReplyShape> Shapes => _shapes;

    /// <summary>Which of them selects the database, the only one that a server may refuse for a reason of its own; -1 for none.</summary>
    public int DatabaseStep { get; private set; } = -1;

    /// <summary>A connection was seen to carry <see cref="Needs"/> after these commands, silent effects included.</summary>
    public bool IsVerified
    {
        get => _isVerified;
        set => _isVerified = value;
    }

    /// <summary>These commands were seen to leave warnings, which the server does not forget by itself before the next statement.</summary>
    public bool LeavesWarnings { get; private set; }

    /// <summary>The difference between two settings of one class and server.</summary>
    public static Repaint Between(SessionSettings has, SessionSettings needs)
    {
        var plan = new Repaint(needs, SettingsHints.Between(has, needs));
        if (has.MultiStatements != needs.MultiStatements)
        {
            CommandPackets.MultiStatements(plan._commands, needs.MultiStatements);
            plan._shapes.Add(ReplyShape.Acknowledgement);
        }

        var names = Names(has, needs);
        Func<Variable, string, string> literal = CollationCatalogue.IsWide(has.Find("character_set_connection") ?? "")
            ? VariableCatalogue.LiteralInWide
            : VariableCatalogue.Literal;
        var assignments = Differences(names is { } n ? AfterNames(has, n) : has, needs).Select(v => $"{v.Name} = {literal(v, needs[v.Index])}");
        assignments = names is { } set ? assignments.Prepend($"NAMES {set.CharacterSet} COLLATE {set.Name}") : assignments;
        var list = string.Join(", ", assignments);
        plan._setsVariables = list.Length > 0;
        if (plan._setsVariables)
        {
            plan.Set(list);
        }

        if (has.Database != needs.Database && needs.Database is { } database)
        {
            plan.Select(database, needs.Find("character_set_client"));
        }

        plan._isVerified = !plan._setsVariables && plan.DatabaseStep < 0;
        return plan;
    }

    /// <summary>Takes note of how a repaint went that was sent: the first failure, or success.</summary>
    public QueryResult Conclude(BackendConnection connection, QueryResult[] results)
    {
        var failed = Array.FindIndex(results, r => !r.Succeeded);
        if (failed < 0)
        {
            connection.Repainted(Needs);
            return new QueryResult(0, null, []);
        }

        if (failed == DatabaseStep && results.Count(r => !r.Succeeded) == 1 && results[failed].ErrorCode > 0
            && connection.Fingerprint != Fingerprint.None)
        {
            connection.Repainted(Needs.InDatabase(connection.Settings.Database));
            return results[failed];
        }

        connection.Doom();
        return results[failed].ErrorCode == ServerErrorCode.QueryInterrupted ? results[failed]
            : QueryResult.Broken($"the session's settings could not be set on a connection: {results[failed].ErrorText}");
    }

    /// <summary>Runs the commands on a connection that carries what they start from. A failure leaves it to be given up, but where only the database was refused.</summary>
    public async ValueTask<QueryResult> RunAsync(BackendConnection connection)
    {
        if (Shapes.Count == 0)
        {
            connection.Repainted(Needs);
            return new QueryResult(0, null, []);
        }

        var results = await connection.RunAsync(Commands, Shapes);
        var result = Conclude(connection, results);
        if (connection.Flavour == ServerFlavour.MariaDb && Array.Exists(results, static r => r.Warnings > 0))
        {
            // They are nobody's, and would stay over a BEGIN, for whoever asks then.
            LeavesWarnings = true;
            await connection.ClearWarningsAsync(ServerFlavour.MariaDb);
        }

        if (!result.Succeeded || connection.Fingerprint == Fingerprint.None)
        {
            // Without a place in the table nobody can be told what the connection carries, and it is painted again before others get it.
            return result;
        }

        if (!IsVerified && _setsVariables)
        {
            return await VerifyAsync(connection);
        }

        IsVerified = true;
        return result;
    }

    // Setting one variable may silently change another. What worked once works again.
    private async ValueTask<QueryResult> VerifyAsync(BackendConnection connection)
    {
        if (await connection.ReadSettingsAsync() is not { } has)
        {
            connection.Doom();
            return QueryResult.Broken("the settings of a connection could not be read");
        }

        if (has.FirstUnlike(Needs) is { } variable)
        {
            connection.Doom();
            return QueryResult.Broken($"the session's settings could not be set on a connection: {variable.Name} is '{has[variable.Index]}' there, not '{Needs[variable.Index]}'");
        }

        IsVerified = true;
        return new QueryResult(0, null, []);
    }

    // The collation of results is set with the character set only, by SET NAMES, which sets more; the rest is set behind it. That of a
    // character set which no client can send is always the default one.
    private static (string CharacterSet, string Name)? Names(SessionSettings has, SessionSettings needs)
    {
        var wanted = needs.Find(VariableCatalogue.ResultsCollation);
        if (string.IsNullOrEmpty(wanted) || wanted == has.Find(VariableCatalogue.ResultsCollation)
            || needs.Baseline.Catalogue.Collations is not { } collations)
        {
            return null;
        }

        var id = collations.IdOf(wanted);
        return collations.IsForClients(id) ? collations.Find(id) : null;
    }

    private static SessionSettings AfterNames(SessionSettings has, (string CharacterSet, string Name) names) => has
        .With("character_set_client", names.CharacterSet)
        .With("character_set_connection", names.CharacterSet)
        .With("character_set_results", names.CharacterSet)
        .With("collation_connection", names.Name)
        .With(VariableCatalogue.ResultsCollation, names.Name);

    private static List<Variable> Differences(SessionSettings has, SessionSettings needs)
    {
        var variables = needs.Baseline.Catalogue.Variables;
        var differ = has.Baseline.Equals(needs.Baseline)
            ? has.Changes.Concat(needs.Changes).Select(c => c.Index).Distinct().Where(i => has[i] != needs[i]).Order().ToList()
            : [.. Enumerable.Range(0, variables.Count).Where(i => has[i] != needs[i])];
        differ.RemoveAll(i => variables[i].Role is not (VariableRole.Painted or VariableRole.Own));
        foreach (var (cause, effect) in s_silentEffects)
        {
            if (needs.Baseline.Catalogue.TryFind(cause, out var first) && differ.Contains(first.Index)
                && needs.Baseline.Catalogue.TryFind(effect, out var second))
            {
                differ.Remove(second.Index);
                differ.Add(second.Index);
            }
        }

        return [.. differ.Select(i => variables[i])];
    }

    // The server reads the name in the connection's character set.
    private void Select(string database, string? characterSet)
    {
        var isForeign = !Ascii.IsValid(database) && characterSet is not null && characterSet != NameCharacterSet;
        if (isForeign)
        {
            Set($"character_set_client = {NameCharacterSet}");
        }

        CommandPackets.InitDb(_commands, database);
        DatabaseStep = _shapes.Count;
        _shapes.Add(ReplyShape.Acknowledgement);
        if (isForeign)
        {
            Set($"character_set_client = {characterSet}");
        }
    }

    private void Set(string assignments)
    {
        CommandPackets.Query(_commands, $"SET {assignments}");
        _shapes.Add(ReplyShape.Results);
    }
}
