namespace Pool.Wire.Replies;

/// <summary>
/// What a command tells beforehand of the results that will answer it. Servers tell with the EOF before the rows that another
/// result follows, to clients that read such an EOF. The default: nothing is known, and no other result expected.
/// </summary>
/// <param name="Statements">How many statements are still to be answered, the present one included.</param>
/// <param name="Programs">
/// A bit for each of the first 32 of them, the present one's the lowest: a CALL or a block, which is answered by result sets of any number
/// and an OK after them. Any other statement has one result.
/// </param>
public readonly record struct ResultsAhead(int Statements, uint Programs)
{
    private const int Bits = 32;

    /// <summary>
    /// The command asks for a cursor: a result set that says that there is one has no rows, and an error in opening it stands right behind the
    /// columns, with no EOF between them. Elsewhere the flag tells of a cursor of stored code, which is nothing to the client.
    /// </summary>
    public bool OpensCursor { get; init; }

    /// <summary>After a result set that comes now, another result will follow.</summary>
    public bool OneFollows => Statements > 1 || IsProgram;

    /// <summary>What is answered now is a CALL or a block.</summary>
    public bool IsProgram => (Programs & 1) != 0;

    /// <summary>Of the first statement alone: a prepared one, or one where the server takes no more.</summary>
    public ResultsAhead FirstOnly() => new(1, Programs & 1);

    /// <summary>With one more statement at the end.</summary>
    public ResultsAhead Then(bool isProgram) => new(Statements + 1, isProgram && Statements < Bits ? Programs | (1u << Statements) : Programs);

    /// <summary>What is ahead when a result has ended, in this way.</summary>
    public ResultsAhead After(PacketKind end) =>
        Statements == 0 || (IsProgram && end == PacketKind.Terminator) ? this : new(Statements - 1, Programs >> 1);
}
