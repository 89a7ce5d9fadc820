namespace Pool.Wire.Replies;

/// <summary>Where a reply stands after the received bytes have been inspected.</summary>
public enum ReplyProgress : byte
{
    /// <summary>More bytes must come from the server.</summary>
    NeedMore,

    /// <summary>The client must send a file's bytes; then the server goes on.</summary>
    ClientMustSend,

    /// <summary>The reply has ended.</summary>
    Done,

    /// <summary>The bytes are no reply to the command.</summary>
    Fault,
}
