using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Relay;
using Pool.Wire.Commands;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Sessions.UserVariables;

/// <summary>
/// Lets a session's user variables travel with it: before a statement that mentions some, the connection gets their values; before
/// the connection is given back, those that may have changed are read. Called by the session's own flow of control.
/// </summary>
internal static class UserVariableTravel
{
    // A KILL whose answer nobody waited for may hit what runs next.
    private const int MaxAttempts = 3;

    // Statements without these cannot see a user variable, so that they may run on a connection with anybody's.
    private const StatementTraits MayUse = StatementTraits.UserVariables | StatementTraits.FollowedUserVariables | Hidden;

    // The text does not say which variables are used.
    private const StatementTraits Hidden =
        StatementTraits.Routine | StatementTraits.UnknownFunction | StatementTraits.Sequences | StatementTraits.TextPrepare | StatementTraits.OtherState;

    // While these hold, the connection is the only one who knows the session's variables; what begins them has brought all that were known.
    private const PinReasons OnlyThere = PinReasons.UserVariables | PinReasons.StoredCode | PinReasons.Unknown;

    /// <summary>
    /// The facts of a statement that is about to run, with <see cref="StatementTraits.FollowedUserVariables"/> in place of
    /// <see cref="StatementTraits.UserVariables"/> if the session can follow what the statement does to its variables.
    /// </summary>
    public static StatementFacts Follow(Session session, StatementFacts facts, ReadOnlySpan<byte> sql, LexerMode mode)
    {
        if (!session.Origin.Backend.SharesSettings || (session.Pins & OnlyThere) != 0
            || (facts.Traits & (StatementTraits.UserVariables | Hidden)) != StatementTraits.UserVariables)
        {
            return facts;
        }

        var variables = session.Variables ??= new FollowedVariables();
        return variables.TryMention(sql, mode, facts.Kind)
            ? facts with { Traits = (facts.Traits & ~StatementTraits.UserVariables) | StatementTraits.FollowedUserVariables }
            : facts;
    }

    /// <summary>
    /// As the other, for a statement that is to be prepared: no stored code runs with that, and nothing that the text does not name is used.
    /// </summary>
    public static StatementFacts FollowPrepare(Session session, StatementFacts facts, ReadOnlySpan<byte> sql, LexerMode mode) =>
        Follow(session, facts with { Traits = facts.Traits & StatementTraits.UserVariables }, sql, mode);

    /// <summary>
    /// A statement was prepared on the connection, whatever came of it, and no more than that: there, what it is to assign is not what it was.
    /// </summary>
    public static void Prepared(BackendConnection connection, StatementFacts facts, ReadOnlySpan<byte> sql, LexerMode mode)
    {
        if ((facts.Traits & StatementTraits.UserVariables) == 0)
        {
            return;
        }

        var names = new List<string>();
        if (!UserVariableNames.TryCollect(sql, mode, names, out var mayAssign))
        {
            connection.UserVariables.Doubt();
        }

        foreach (var name in mayAssign ? names : [])
        {
            connection.UserVariables.Set(UserVariable.Unknown(name));
        }
    }

    /// <summary>True if the connection has what a statement with these traits may see, and nothing else that it may see.</summary>
    public static bool IsReady(Session session, BackendConnection connection, StatementFacts facts)
    {
        var (carried, traits) = (connection.UserVariables, facts.Traits);
        return (IsApart(session, connection, traits)
                || (carried.Missing(session.Variables, Names(session, traits)).Count == 0
                    && carried.Foreign(session.Variables, Names(session, traits)).Count == 0))
            && !(Begins(session, facts) && !carried.IsEmpty && NeedsReset(session, connection, facts));
    }

    /// <summary>
    /// True if the statement, or one in the transaction that it begins, may see another session's variables on a connection that can
    /// still be reset: no statement can undo a variable.
    /// </summary>
    public static bool NeedsReset(Session session, BackendConnection connection, StatementFacts facts) =>
        (session.Pins & ~PinReasons.Soft) == 0
        && (Begins(session, facts) ? connection.UserVariables.Foreign(session.Variables, null).Count > 0
            : !IsApart(session, connection, facts.Traits)
                && connection.UserVariables.Foreign(session.Variables, Names(session, facts.Traits)).Count > 0);

    /// <summary>Sets on the connection what a statement with these traits may see. Null, or what went wrong.</summary>
    /// <param name="session">The session.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="traits">What the statement does.</param>
    /// <param name="keepsDiagnostics">The command leaves the last statement's warnings as they are, or tells them.</param>
    public static async ValueTask<QueryResult?> BringAsync(
        Session session, BackendConnection connection, StatementTraits traits, bool keepsDiagnostics)
    {
        if (IsApart(session, connection, traits))
        {
            return null;
        }

        var (carried, names) = (connection.UserVariables, Names(session, traits));
        var missing = carried.Missing(session.Variables, names);

        // In the middle of a transaction there is no reset, and NULL is as near as one gets.
        missing.AddRange(carried.Foreign(session.Variables, names).Select(UserVariable.Cleared));
        if (missing.Count == 0)
        {
            return null;
        }

        // Who asks for the warnings afterwards gets the session's record of them.
        var lease = connection.Lease;
        var isTaken = keepsDiagnostics
            ? await OwnResults.TakeAsync(session, lease)
            : !lease.FoundRowsUnread || await OwnResults.ReadFoundRowsAsync(session, lease);
        if (!isTaken)
        {
            return QueryResult.Broken("the connection is lost");
        }

        missing.ForEach(v => carried.Set(UserVariable.Unknown(v.Name)));
        var command = new ArrayBufferWriter<byte>();
        CommandPackets.Query(command, $"SET {string.Join(',', missing.Select(v => v.Assignment))}");
        var result = (await connection.RunAsync(command.WrittenMemory, ReplyShape.Results))[0];

        // The SET has cleared the row count: from here on the session's record has it.
        lease.HasLastResult = false;
        if (!result.Succeeded)
        {
            return result;
        }

        missing.ForEach(carried.Set);
        return null;
    }

    /// <summary>
    /// Reads the variables that may have changed on the connection, before it is given back. False if the connection is lost, and
    /// their values with it. What cannot travel pins the session.
    /// </summary>
    public static async ValueTask<bool> KeepAsync(Session session, BackendConnection connection)
    {
        if (session.Variables is not { Unread.Count: > 0 } variables || (session.Pins & OnlyThere) != 0)
        {
            return true;
        }

        var names = variables.Unread.ToList();
        var query = UserVariableReading.Query(names, FollowedVariables.MaxBytes);
        QueryResult result;
        var attempt = 0;
        do
        {
            result = await connection.QueryAsync(query, CancellationToken.None);
        }
        while (result.ErrorCode == ServerErrorCode.QueryInterrupted && ++attempt < MaxAttempts);

        if (result.ErrorCode < 0)
        {
            return false;
        }

        var read = UserVariableReading.Read(names, TypedRow.Read(result.Packets.Span, connection.Capabilities));
        foreach (var (name, variable) in read ?? [])
        {
            if (variable is null)
            {
                connection.UserVariables.Remove(name);
            }
            else
            {
                connection.UserVariables.Set(variable);
            }
        }

        if (read is null || !variables.TryTake(read))
        {
            // From now on nothing is brought.
            if (await BringAsync(session, connection, StatementTraits.UserVariables, keepsDiagnostics: false) is not null)
            {
                return false;
            }

            session.Pin(session.Pins | PinReasons.UserVariables);
        }

        return true;
    }

    // Null: any.
    private static IReadOnlyCollection<string>? Names(Session session, StatementTraits traits) =>
        (traits & (StatementTraits.UserVariables | Hidden)) == 0 ? session.Variables!.Seen : null;

    // A session that uses user variables may do so in the transaction too, when there is no reset any more.
    private static bool Begins(Session session, StatementFacts facts) => session.Variables is not null
        && (facts.Kind == StatementKind.Begin || (session.IdleStatus & ServerStatus.Autocommit) == 0);

    // True if there is nothing to compare, or nothing that may be changed now.
    private static bool IsApart(Session session, BackendConnection connection, StatementTraits traits) =>
        (traits & MayUse) == 0 || (session.Pins & OnlyThere) != 0
        || (connection.UserVariables.IsEmpty && session.Variables is not { Values.Count: > 0 });
}
