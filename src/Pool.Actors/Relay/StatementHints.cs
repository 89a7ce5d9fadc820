using System.Buffers;
using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Relay;

/// <summary>
/// Runs a statement on a connection that keeps its paint, though the session has set a few variables otherwise: they ride in the
/// statement as SET_VAR hints. Done while no connection of the share is idle, since then others wait, or soon will, for the paint that
/// would be lost; but not while others wait for the new one, and a few times in a row at most, since after that nobody seems to want the old.
/// </summary>
internal static class StatementHints
{
    private const int MostInARow = 4;

    // Reading a longer text once more costs more than a repaint.
    private const int MaxTextBytes = 4096;

    // Hinted and rewritten are never the same statement.
    private const StatementTraits Forbidden = StatementTraits.TouchesSession | StatementTraits.FollowedUserVariables
        | StatementTraits.SetsGlobals | StatementTraits.DefinesObjects | (StatementTraits.ReadsSession & ~StatementTraits.ReadsInsertId);

    private static readonly Version s_first = new(8, 0, 3);

    /// <summary>
    /// Puts hints into the COM_QUERY at the front of the inbox, see <see cref="Lease.Hinted"/>; false if the leased connection has to be
    /// repainted to what is needed.
    /// </summary>
    public static async ValueTask<bool> TryAsync(Session session, BackendConnection connection, StatementFacts facts, SessionSettings needs)
    {
        var backend = session.Origin.Backend;
        if (!IsWanted(session, backend, connection) || !IsAlone(session, facts)
            || backend.Repaints.Between(connection.Settings, needs).Hints is not { } hints
            || Hinted(session, hints) is not { } packet || !await hints.WorkAsync(connection))
        {
            return false;
        }

        connection.Lease.Hinted = packet;
        backend.Metrics.Hinted.Increment();
        return true;
    }

    private static bool IsWanted(Session session, Backend backend, BackendConnection connection) =>
        backend is { UsesHints: true, SharesSettings: true } && connection.Flavour == ServerFlavour.MySql
        && connection.Identity.Version >= s_first && connection.Lease.HintedInARow < MostInARow
        && !backend.Pool.HasIdle && !backend.Pool.IsWaitedFor(session.Needed);

    // What begins a transaction, or touches more of the session, would have to stay on a connection with another's paint.
    private static bool IsAlone(Session session, StatementFacts facts) =>
        (facts.Traits & Forbidden) == 0 && (session.Pins & ~PinReasons.Soft) == 0
        && (session.Carried.Status & ServerStatus.Autocommit) != 0
        && !session.Inbox.IsLarge && session.Inbox.Header.PayloadLength <= MaxTextBytes;

    private static byte[]? Hinted(Session session, SettingsHints hints)
    {
        var sql = session.Inbox.Payload[1..];
        var mode = CommandStart.Mode(session);
        if ((hints.ConcernLiterals && TemporalLiterals.MayBeIn(sql, mode))
            || (hints.HideTrackers && (session.Capabilities & Capabilities.SessionTrack) != 0))
        {
            return null;
        }

        var text = new ArrayBufferWriter<byte>(MaxTextBytes);
        if (!SetVarHints.TryInsert(sql, mode, hints.Values, text))
        {
            return null;
        }

        var packet = new ArrayBufferWriter<byte>(text.WrittenCount + 8);
        CommandPackets.Query(packet, text.WrittenSpan);
        return packet.WrittenSpan.ToArray();
    }
}
