using Pool.Actors.Backends;
using Pool.Wire.Commands;

namespace Pool.Actors.Prepared;

/// <summary>
/// What a server remembers of the parameters of a prepared statement, and must not show to another session: the types, which a client
/// may leave out when it has sent them before and which are then put back into the packet; and, on MySQL, the kinds of the values.
/// </summary>
internal static class ParameterTypes
{
    /// <summary>Takes note of the types in a packet, if there are some. Allocates only for types that were not the last ones seen.</summary>
    public static void Note(SessionStatement statement, ReadOnlySpan<byte> payload)
    {
        if (statement.Text is { } text && ExecutePacket.TryFindTypes(payload, statement.ParameterCount, out var types, out _) && !types.IsEmpty
            && (statement.Types is not { } known || !types.SequenceEqual(known.Bytes)))
        {
            statement.Types = text.Types(types);
        }
    }

    /// <summary>True if types must be put into the packet, for it to mean here what it means to the session.</summary>
    public static bool AreMissing(SessionStatement statement, ConnectionStatement here, ReadOnlySpan<byte> payload, out int at) =>
        ExecutePacket.TryFindTypes(payload, statement.ParameterCount, out var types, out at) && types.IsEmpty
        && statement.Text is not null && statement.Types is not null && !AreSame(statement.Types, here.Types);

    /// <summary>
    /// True if what others have bound here would show: types to a session that has never sent any, or values converted to a kind that
    /// this session's own have never had.
    /// </summary>
    public static bool WouldShow(SessionStatement statement, ConnectionStatement here)
    {
        if (statement.Text is null)
        {
            return false;
        }

        return statement.Types is { } types ? types.WouldShow(here.Kinds, statement.Kinds) : here.Types is not null;
    }

    /// <summary>
    /// True if what was bound here before would show in an execute whose first part of long data comes now, for this parameter. MariaDB
    /// (seen on 10.11) reads the data as what was bound last, by whomever: as a number, say, that is an address of its memory. MySQL
    /// converts them, and the execute's other values, to what others have bound.
    /// </summary>
    public static bool WouldMisread(SessionStatement statement, ConnectionStatement here, int parameter, ServerFlavour flavour)
    {
        if (here.Types is not { } types)
        {
            return false;
        }

        return statement.Types is not { } own
            || (flavour == ServerFlavour.MariaDb ? types.WouldMisread(parameter, own) : BoundTypes.AreOthers(here.Kinds, statement.Kinds));
    }

    /// <summary>Takes note of how an execute went; true if it is not known any more what the server remembers.</summary>
    public static bool NoteEnd(SessionStatement statement, ConnectionStatement here, bool remembersKinds, bool failed)
    {
        if (statement.Types is not { } types)
        {
            return false;
        }

        here.Types = !failed || AreSame(types, here.Types) ? types : BoundTypes.Unknown;
        if (!remembersKinds)
        {
            return false;
        }

        var kinds = types.After(here.Kinds);
        var isNews = !ReferenceEquals(kinds, here.Kinds);
        (statement.Kinds, here.Kinds) = (types.After(statement.Kinds), kinds);
        return failed && isNews;
    }

    private static bool AreSame(BoundTypes a, BoundTypes? b) => ReferenceEquals(a, b) || (b is not null && a.Bytes.SequenceEqual(b.Bytes));
}
