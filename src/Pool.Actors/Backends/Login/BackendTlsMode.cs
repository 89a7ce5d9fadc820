namespace Pool.Actors.Backends.Login;

/// <summary>How much TLS a backend connection needs; each includes what the ones before it ask for.</summary>
public enum BackendTlsMode
{
    /// <summary>None, even if the server offers it.</summary>
    Disabled,

    /// <summary>If the server offers it. No certificate is verified.</summary>
    Preferred,

    /// <summary>Without it there is no connection. No certificate is verified.</summary>
    Required,

    /// <summary>The server's certificate comes from an authority that is trusted.</summary>
    VerifyCa,

    /// <summary>And names the host that was connected to.</summary>
    VerifyFull,
}
