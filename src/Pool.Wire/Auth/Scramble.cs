namespace Pool.Wire.Auth;

/// <summary>The salt that a server sends for an authentication.</summary>
public static class Scramble
{
    /// <summary>Bytes of a salt.</summary>
    public const int Length = 20;

    /// <summary>Bytes of it that the greeting carries before its capabilities; the others come later in the packet.</summary>
    public const int HeadLength = 8;
}
