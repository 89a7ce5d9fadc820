using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;

namespace Pool.Live.Tests.Twin;

/// <summary>
/// Makes scripts: the same seed, the same script. POOL_TWIN_WITHOUT is a regular expression of commands to leave out, for the
/// search beyond a fault that is known.
/// </summary>
internal sealed class TwinGenerator(int seed, int clients, bool isMySql)
{
    private const int Slots = 4;

    // Below: integers.
    private const int DoubleKind = 4, TextKind = 5, BlobKind = 6, NullKind = 7;
    private static readonly Regex s_without = new(Environment.GetEnvironmentVariable("POOL_TWIN_WITHOUT") is { Length: > 0 } pattern ? pattern : "(?!)");
    private readonly Random _random = new(seed);
    private readonly Regex _notAsked = new(KnownDifferences.NotAsked(isMySql));
    private readonly Client[] _clients = [.. Enumerable.Range(0, clients).Select(n => new Client(n))];
    private readonly (string Name, string[] Values)[] _variables = TwinVariables.For(isMySql);
    private int _episodes = TwinRig<Support.MySqlServer>.Connections - 2;

    /// <summary>Who the clients are.</summary>
    public IReadOnlyList<WireIdentity> Identities() => [.. _clients.Select(c => TwinRig<Support.MySqlServer>.Identity(TwinSchema.Database(c.Number)) with
    {
        Flags = Flag(Capabilities.DeprecateEof, 2) | Flag(Capabilities.SessionTrack, 3) | Capabilities.MultiStatements
            | Flag(Capabilities.FoundRows, 4) | Flag(Capabilities.IgnoreSpace, 6),
        Collation = (byte)Any(45, 45, 45, 33, 8, 224, 46, 63),
    })];

    /// <summary>Rounds of steps; in a round, each step is another client's.</summary>
    public IReadOnlyList<IReadOnlyList<TwinStep>> Script(int rounds) => [.. Enumerable.Range(0, rounds).Select(_ => Round())];

    private TwinStep[] Round()
    {
        var width = Any(1, 1, 2, 4, 8);
        return [.. Enumerable.Range(0, width).Select(_ => _random.Next(clients)).Distinct().Select(n => new TwinStep(n, Next(_clients[n])))];
    }

    private TwinCommand Next(Client client)
    {
        if (client.Pending.TryDequeue(out var pending))
            return pending;
        if (client.Episode is { } episode && _random.Next(3) > 0)
        {
            if (_random.Next(10) == 0)
                return NotRun(client, episode);
            var within = Query(Any(episode.Within), client);
            return _random.Next(4) == 0 ? Ended(client, episode) : _notAsked.IsMatch($"{within}") ? Free(client) : within;
        }

        if (client.Episode is null && _episodes > 0 && _random.Next(25) == 0)
        {
            _episodes--;
            client.Episode = Any(TwinEpisode.All);
            return Query(Any(client.Episode.Begin), client);
        }

        return Free(client);
    }

    // What would end it is prepared and reset, and never executed.
    private TwinCommand.Prepare NotRun(Client client, TwinEpisode episode)
    {
        var slot = _random.Next(Slots);
        (client.Texts[slot], client.Slots[slot], client.First[slot], client.Kinds[slot]) = (Query(Any(TwinStatements.Ends), client).Sql, -1, null, []);
        if (_random.Next(2) == 0)
            client.Pending.Enqueue(new TwinCommand.OfSlot(CommandCode.StmtReset, slot, []));
        if (Query(Any(episode.Within), client) is var within && !_notAsked.IsMatch($"{within}"))
            client.Pending.Enqueue(within);
        return new TwinCommand.Prepare(slot, client.Texts[slot]);
    }

    // What is open in it is undone by the reset.
    private TwinCommand Ended(Client client, TwinEpisode episode)
    {
        _episodes++;
        client.Episode = null;
        var end = Any(episode.End);
        if (end.Length == 0)
            return Reset(client);
        foreach (var more in end.Split("; ").Skip(1))
            client.Pending.Enqueue(Query(more, client));
        EnqueueReset(client);
        return Query(end.Split("; ")[0], client);
    }

    // It keeps the database, whose character set a server forgets then until it is chosen again.
    private static TwinCommand Reset(Client client)
    {
        EnqueueReset(client);
        return client.Pending.Dequeue();
    }

    private static void EnqueueReset(Client client)
    {
        client.Pending.Enqueue(new TwinCommand.Plain(CommandCode.ResetConnection, []));
        client.Pending.Enqueue(new TwinCommand.Query("SELECT DATABASE()"));
        client.Pending.Enqueue(new TwinCommand.Plain(CommandCode.InitDb, Encoding.ASCII.GetBytes(TwinSchema.Database(client.Number))));
    }

    private TwinCommand Free(Client client)
    {
        while (true)
        {
            var command = AnyCommand(client);
            if (!s_without.IsMatch($"{command}") && !_notAsked.IsMatch($"{command}"))
                return command;
        }
    }

    private TwinCommand AnyCommand(Client client) => _random.Next(100) switch
    {
        < 22 => Query(Assignment(), client),
        < 30 => Query(Any(TwinVariables.Others), client),
        < 44 => Query(Any(TwinStatements.Probes), client),
        < 54 => Query(Any(TwinStatements.OwnResults), client),
        < 62 => Asked(Any(TwinStatements.Changes), client),
        < 66 => Asked(Any(TwinStatements.Troubles), client),
        < 71 => Query(Any(TwinStatements.Plain), client),
        < 77 => Query(Any(TwinStatements.UserVariables), client),
        < 90 => OfPrepared(client),
        < 92 => new TwinCommand.Dump(),
        < 96 => Database(client),
        < 97 => new TwinCommand.Plain(CommandCode.Ping, []),
        < 98 => Reset(client),
        < 99 => new TwinCommand.Plain(CommandCode.SetOption, [(byte)_random.Next(2), 0]),
        _ => new TwinCommand.Reconnect(),
    };

    // Whatever is asked in general: what the statement that was just run left is the same everywhere, unless there are several.
    private TwinCommand.Query Asked(string sql, Client client)
    {
        if (_random.Next(4) == 0 && !sql.Contains(';', StringComparison.Ordinal) && !TwinStatements.UsesNoTable.Contains(sql)
            && !_notAsked.IsMatch(sql) && !s_without.IsMatch(sql))
            client.Pending.Enqueue(new TwinCommand.Query(Any(TwinStatements.Diagnostics)));
        return Query(sql, client);
    }

    private string Assignment()
    {
        var scope = Any("SET ", "SET SESSION ", "SET @@", "SET @@session.", "set ", "SET LOCAL ");
        var count = Any(1, 1, 1, 2, 3);
        var (name, values) = Any(_variables);
        var text = $"{scope}{name} = {Any(values)}";
        for (; count > 1; count--)
        {
            (name, values) = Any(_variables);
            text += $", {Any("", "", "@@session.", "SESSION ")}{name} = {Any(values)}";
        }

        return IsOnlyForOneTransaction(text) ? "SET sql_notes = 1" : text;
    }

    // That is an episode, and keeps a connection.
    private static bool IsOnlyForOneTransaction(string text) =>
        text.Contains("@@t", StringComparison.Ordinal) && (text.Contains("_isolation", StringComparison.Ordinal) || text.Contains("_read_only", StringComparison.Ordinal));

    private TwinCommand Database(Client client)
    {
        var name = Any(TwinSchema.Database(client.Number), TwinSchema.Database(client.Number), TwinSchema.Other(client.Number), "tw", "twnone");
        return _random.Next(2) == 0 ? Query($"USE {name}", client) : new TwinCommand.Plain(CommandCode.InitDb, Encoding.ASCII.GetBytes(name));
    }

    private TwinCommand OfPrepared(Client client)
    {
        var slot = _random.Next(Slots);
        var parameters = client.Slots[slot];
        switch (_random.Next(20))
        {
            case 0:
                return new TwinCommand.OfSlot(CommandCode.StmtClose, slot, []);
            case 1:
                return new TwinCommand.OfSlot(CommandCode.StmtReset, slot, []);
            case 2 when parameters > 0 && !KnownDifferences.IsSentNoLongData(client.Texts[slot], client.First[slot])
                && (!isMySql || client.Kinds[slot][0] == BlobKind):
                client.First[slot] = TwinParameter.SentBefore;
                client.Pending.Enqueue(new TwinCommand.Execute(slot, [TwinParameter.SentBefore, .. Parameters(client, slot)[1..]], true, false));
                return new TwinCommand.OfSlot(CommandCode.StmtSendLongData, slot, [0, 0, (byte)'4', (byte)'2']);
            case < 14 when parameters >= 0:
                var values = Parameters(client, slot);
                client.First[slot] = values.FirstOrDefault();
                return new TwinCommand.Execute(slot, values, _random.Next(3) > 0, false);
            default:
                (client.Texts[slot], client.Slots[slot]) = Any(TwinStatements.Prepared);
                client.First[slot] = null;
                client.Kinds[slot] = [.. Enumerable.Range(0, client.Slots[slot]).Select(i =>
                    _random.Next(i == 0 && KnownDifferences.IsBoundToNoText(client.Texts[slot]) ? TextKind : NullKind + 1))];
                return new TwinCommand.Prepare(slot, client.Texts[slot]);
        }
    }

    // MySQL remembers what was bound to a statement before, and a connection may have it anew: there a parameter's type stays the same, and
    // what is once NULL is always NULL.
    private TwinParameter[] Parameters(Client client, int slot) =>
        [.. client.Kinds[slot].Select(kind => Parameter(isMySql ? kind : _random.Next(NullKind + 1)))];

    private TwinParameter Parameter(int kind) => kind switch
    {
        < DoubleKind => TwinParameter.Of((long)_random.Next(8)),
        DoubleKind => TwinParameter.Of(_random.Next(100) / 8.0),
        TextKind => TwinParameter.Of(Any("3", "two", "\u00fc", "")),
        BlobKind => TwinParameter.OfBytes(0x33, 0, 0xff),
        _ => TwinParameter.Nothing,
    };

    private TwinCommand.Query Query(string sql, Client client) => new(sql
        .Replace("{n}", _random.Next(1, 9).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{c}", client.Number.ToString("00", CultureInfo.InvariantCulture), StringComparison.Ordinal));

    private Capabilities Flag(Capabilities flag, int oneIn) => _random.Next(oneIn) == 0 ? flag : Capabilities.None;

    private T Any<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private sealed class Client(int number)
    {
        public int Number => number;

        public Queue<TwinCommand> Pending { get; } = [];

        public TwinEpisode? Episode { get; set; }

        /// <summary>Each slot's statement.</summary>
        public string[] Texts { get; } = ["", "", "", ""];

        /// <summary>How many parameters each slot's statement has; -1: there is none.</summary>
        public int[] Slots { get; } = [-1, -1, -1, -1];

        /// <summary>What the first of these parameters was bound to last; null if it was not.</summary>
        public TwinParameter?[] First { get; } = [null, null, null, null];

        /// <summary>The kind of each of these parameters, where it stays the same.</summary>
        public int[][] Kinds { get; } = [[], [], [], []];
    }
}
