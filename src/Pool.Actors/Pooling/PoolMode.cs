namespace Pool.Actors.Pooling;

/// <summary>What an operator lets a pool do.</summary>
public enum PoolMode
{
    /// <summary>It lends its connections.</summary>
    Serving,

    /// <summary>It grants no lease to those who do not hold one; they stand in line, within their time.</summary>
    Paused,

    /// <summary>Paused, without connections: idle ones are closed, others as they come back, and none is opened.</summary>
    Drained,
}
