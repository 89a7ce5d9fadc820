namespace Pool.Actors.Backends;

/// <summary>The gate of a node that shares its backends with no other: always open, and nobody has to be told.</summary>
/// <param name="attributes">What every connection names itself by.</param>
public sealed class OpenGate(params IReadOnlyCollection<KeyValuePair<string, string>> attributes) : IConnectGate, IConnectPermit
{
    /// <inheritdoc/>
    public bool IsOpen => true;

    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> Attributes => attributes;

    /// <inheritdoc/>
    public bool Holds => true;

    /// <inheritdoc/>
    public bool IsRevoked => false;

    /// <inheritdoc/>
    public IConnectPermit? TryBegin() => this;

    /// <inheritdoc/>
    public ValueTask<bool> AnnounceAsync(ulong threadId, string user, CancellationToken cancel) => ValueTask.FromResult(true);

    /// <inheritdoc/>
    public void GiveUp()
    {
    }

    /// <inheritdoc/>
    public void Ended()
    {
    }
}
