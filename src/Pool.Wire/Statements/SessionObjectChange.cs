namespace Pool.Wire.Statements;

/// <summary>
/// What a statement makes and gives up if it succeeds. Names are as written, without their quotes. The server may take two names that
/// differ in case for the same, so by counting by name one may believe in an object that is gone, but never miss one that is there.
/// </summary>
/// <param name="Kind">What kind of object, one for the whole statement.</param>
/// <param name="Created">What it may have made; a GET_LOCK may have waited in vain.</param>
/// <param name="Dropped">What it gives up.</param>
/// <param name="DropsAll">It gives up all of its kind.</param>
/// <param name="IsUnclear">Objects of its kind may come, go, or change their names, and nobody can say which.</param>
public readonly record struct SessionObjectChange(
    SessionObjectKind Kind,
    IReadOnlyList<string> Created,
    IReadOnlyList<string> Dropped,
    bool DropsAll = false,
    bool IsUnclear = false)
{
    /// <summary>Of a statement that cannot be followed.</summary>
    public static SessionObjectChange Unclear(SessionObjectKind kind) => new(kind, [], [], IsUnclear: true);
}
