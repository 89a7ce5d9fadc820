namespace Pool.Actors.Sessions.Login;

/// <summary>Why a client did not get in.</summary>
public enum LoginFailure
{
    /// <summary>It got in.</summary>
    None,

    /// <summary>It connected and left without a byte, as port probes and load balancers do: not worth a line in a log.</summary>
    ProbeLeft,

    /// <summary>It left in the middle.</summary>
    ClientLeft,

    /// <summary>It did not finish before the deadline.</summary>
    TimedOut,

    /// <summary>It sent what cannot be understood.</summary>
    Malformed,

    /// <summary>It speaks the protocol from before 4.1.</summary>
    ProtocolUnsupported,

    /// <summary>It cannot do a method that its user's password can be checked with.</summary>
    MethodUnsupported,

    /// <summary>The TLS handshake failed.</summary>
    TlsFailed,

    /// <summary>Unknown user, wrong password, or a plain connection where TLS is required.</summary>
    AccessDenied,
}
