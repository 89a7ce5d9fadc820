using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// That another node is asked for a connection in the name of one wait, which may be over by the time of the answer. Immutable; what it
/// needs is known by value, since the waiter's fingerprint is held only as long as it waits.
/// </summary>
internal sealed class Search(IConnectionLender lender, Waiter waiter, FingerprintEntry needed)
{
    private readonly long _number = waiter.Number;

    /// <summary>What the connection has to carry, or to be repainted to.</summary>
    public FingerprintEntry Needed => needed;

    /// <summary>Asks; not under the gate.</summary>
    public void Begin() => lender.Ask(this);

    /// <summary>It is over, well or not. Under the line's gate.</summary>
    public void End(WaiterLine line)
    {
        if (waiter.Line == line && waiter.Number == _number)
        {
            waiter.Sought = false;
        }
    }
}
