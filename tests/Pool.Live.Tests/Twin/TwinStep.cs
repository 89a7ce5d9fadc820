namespace Pool.Live.Tests.Twin;

/// <summary>A command of one of the clients.</summary>
internal sealed record TwinStep(int Client, TwinCommand Command)
{
    /// <inheritdoc/>
    public override string ToString() => $"c{Client:00}  {Command}";
}
