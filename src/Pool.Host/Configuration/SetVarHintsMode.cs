namespace Pool.Host.Configuration;

/// <summary>Whether settings may ride in statements.</summary>
public enum SetVarHintsMode
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>Where the server knows such hints, and it saves repaints.</summary>
    Auto,
}
