namespace Pool.Actors.Pooling;

/// <summary>
/// That something is under way in the name of one wait, not of the waiter, who may be waiting for something else by the time it
/// is done. Called under the line's gate.
/// </summary>
internal readonly record struct Pursuit(Waiter? Waiter, long Number)
{
    /// <summary>Begins one, or none for nobody.</summary>
    public static Pursuit Of(Waiter? waiter)
    {
        if (waiter is null)
        {
            return default;
        }

        waiter.Pursued = true;
        return new Pursuit(waiter, waiter.Number);
    }

    /// <summary>It is done, well or not.</summary>
    public void End(WaiterLine line)
    {
        if (Waiter?.Line == line && Waiter.Number == Number)
        {
            Waiter.Pursued = false;
        }
    }
}
