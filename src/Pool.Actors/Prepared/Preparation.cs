using Pool.Wire.Statements;

namespace Pool.Actors.Prepared;

/// <summary>A COM_STMT_PREPARE on its way, and what becomes of it when the server agrees.</summary>
/// <param name="id">The id that the client is told.</param>
/// <param name="text">The text that is sent; null if it is not kept, and so the statement exists on its connection only.</param>
/// <param name="key">What it is prepared under.</param>
/// <param name="mode">How it is read under the key.</param>
internal sealed class Preparation(uint id, byte[]? text, ParseKey key, LexerMode mode)
{
    /// <summary>The id that the client is told.</summary>
    public uint Id => id;

    /// <summary>The text that is sent; null if it is not kept.</summary>
    public byte[]? Text => text;

    /// <summary>What it is prepared under.</summary>
    public ParseKey Key => key;

    /// <summary>How it is read under the key.</summary>
    public LexerMode Mode => mode;

    /// <summary>What the text tells; known at the end of a text that streams.</summary>
    public StatementFacts Facts { get; set; }
}
