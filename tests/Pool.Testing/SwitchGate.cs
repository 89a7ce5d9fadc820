using Pool.Actors.Backends;

namespace Pool.Testing;

/// <summary>A gate that a test closes, as that of a node that cannot prove that it is not lost.</summary>
public sealed class SwitchGate : IConnectGate
{
    private readonly OpenGate _open = new();

    /// <inheritdoc cref="IConnectGate.IsOpen"/>
    public bool IsOpen { get; set; } = true;

    /// <inheritdoc/>
    public IConnectPermit? TryBegin() => IsOpen ? _open : null;
}
