using Pool.Actors.Backends.StoredCode;
using Pool.Actors.Relay;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.UserVariables;
using Pool.Wire.Commands;
using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>One prepared statement as its session knows it. Belongs to the session's flow of control.</summary>
/// <param name="id">The id that the client was told.</param>
/// <param name="text">Its text, held by it; null if it exists on one connection only.</param>
/// <param name="facts">What its text tells.</param>
/// <param name="parameters">How many parameters it has.</param>
internal sealed class SessionStatement(uint id, PreparedText? text, StatementFacts facts, int parameters)
{
    /// <summary>The id that the client was told.</summary>
    public uint Id => id;

    /// <summary>Its text; null if it was too long to be kept, and so exists on one connection only.</summary>
    public PreparedText? Text => text;

    /// <summary>What its text tells.</summary>
    public StatementFacts Facts => facts;

    /// <summary>What it is to a session that is about to execute it, with what is known of stored code now.</summary>
    public StatementFacts FactsIn(Session session, StoredCodeCatalogue? stored)
    {
        if (text is null)
        {
            return StoredCodeRule.OfLarge(session, facts);
        }

        var known = text.FactsUnder(stored);
        return (known.Traits & StatementTraits.UserVariables) != 0 ? UserVariableTravel.Follow(session, known, text.Text, text.Mode) : known;
    }

    /// <summary>How many parameters it has.</summary>
    public int ParameterCount => parameters;

    /// <summary>The types of the parameters as the client last sent them; null if it has not.</summary>
    public BoundTypes? Types { get; set; }

    /// <summary>What its parameters have become by what this session has bound; null before that.</summary>
    public ParameterKind[]? Kinds { get; set; }

    /// <summary>Where it was found last. It need not be there any more, nor be on the connection in hand.</summary>
    public ConnectionStatement? Last { get; set; }

    /// <summary>What the next execute is told, since the command that failed has no reply; null usually.</summary>
    public ReadOnlyMemory<byte>? Deferred { get; set; }

    /// <summary>Parts of parameters wait on the connection that is held; <see cref="SessionStatements"/> sets it.</summary>
    public bool HasLongData { get; set; }

    /// <summary>
    /// The parts are for a parameter that it has not: the server refuses each execute until the statement is reset, and they wait for that.
    /// <see cref="SessionStatements"/> ends it.
    /// </summary>
    public bool IsMisfed { get; set; }

    /// <summary>It has an open cursor on the connection that is held; <see cref="SessionStatements"/> sets it.</summary>
    public bool HasCursor { get; set; }
}
