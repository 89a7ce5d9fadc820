using System.Net;
using Microsoft.Extensions.Logging;
using Pool.Actors.Backends;
using Pool.Actors.Sessions;
using Pool.Actors.Sessions.Login;
using Pool.Host.Configuration;
using Pool.Host.Tls;
using Pool.Host.Transport;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Host;

/// <summary>One listener with all that its configuration made of it.</summary>
internal sealed class ListenerUnit
{
    private const byte Utf8Mb4GeneralCi = 45;

    // Left out on purpose: what changes the bytes of commands or results for the connection behind it (query attributes, optional
    // or cached metadata, compression, progress reports).
    private const Capabilities Offered = Capabilities.LongPassword | Capabilities.FoundRows | Capabilities.LongFlag
        | Capabilities.ConnectWithDatabase | Capabilities.NoSchema | Capabilities.Odbc | Capabilities.LocalFiles | Capabilities.IgnoreSpace
        | Capabilities.Protocol41 | Capabilities.Interactive | Capabilities.IgnoreSigpipe | Capabilities.Transactions | Capabilities.Reserved
        | Capabilities.SecureConnection | Capabilities.MultiStatements | Capabilities.MultiResults | Capabilities.PsMultiResults
        | Capabilities.PluginAuth | Capabilities.ConnectAttributes | Capabilities.PluginAuthLengthEncoded
        | Capabilities.CanHandleExpiredPasswords | Capabilities.SessionTrack | Capabilities.DeprecateEof;

    // MariaDB says by the absence of LongPassword that it has capabilities of its own.
    private const Capabilities OfferedByMariaDb = (Offered & ~Capabilities.LongPassword)
        | Capabilities.MariaDbStmtBulkOperations | Capabilities.MariaDbExtendedMetadata;

    private readonly ListenerContext _context;
    private readonly ClientListener _listener;
    private readonly CertificateSource _certificates;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private Func<BackendFacts, LoginContext>? _login;

    public ListenerUnit(
        ListenerConfig config, string nodeName, Backend backend, SessionAdmission admission, ILoggerFactory loggers, TimeProvider time)
    {
        _time = time;
        _logger = loggers.CreateLogger("Pool.Listeners");
        _certificates = new CertificateSource(nodeName, time);
        _context = new ListenerContext { Name = config.Name, Backend = backend };
        _listener = new ClientListener(
            new IPEndPoint(config.Address, config.Port), config.ProxyProtocolNetworks, _context, admission, _logger);
    }

    /// <summary>The backend that it greets for.</summary>
    public Backend Backend => _context.Backend;

    /// <summary>Starts listening.</summary>
    public void Start()
    {
        _listener.Start();
        NodeLog.Listening(_logger, _context.Name, _listener.LocalAddress.ToString());
    }

    /// <summary>Stops listening.</summary>
    public void Stop() => _listener.Stop();

    /// <summary>Lets clients in, once the backend is known.</summary>
    public void Open() => _context.Login = Backend.Facts is { } facts ? _login?.Invoke(facts) : null;

    /// <summary>Applies what can be changed while it runs, and says what could not.</summary>
    public IEnumerable<string> Apply(ListenerConfig config, Credentials credentials, PasswordKey key, LoginThrottle throttle)
    {
        _context.MaxSessions = config.MaxSessions;
        _context.MaxHandshakes = config.MaxHandshakes;
        _context.HandshakeTimeout = config.HandshakeTimeout;
        var mode = config.Tls.Mode;
        var problem = mode == ListenerTlsMode.Off ? null : _certificates.Reload(config.Tls.CertificateFile, config.Tls.KeyFile);
        var tls = mode == ListenerTlsMode.Off ? null : new ServerTlsUpgrade(new TlsServer(_certificates));
        var users = credentials.Directory(mode == ListenerTlsMode.Required);
        _login = facts => new LoginContext
        {
            ServerVersion = facts.VersionText,
            Offered = facts.Flavour == ServerFlavour.MariaDb ? OfferedByMariaDb : Offered,
            DefaultMethod = facts.Flavour == ServerFlavour.MariaDb ? AuthMethod.NativePassword : AuthMethod.CachingSha2Password,
            CollationId = (byte)(facts.Collations.DefaultId is > 0 and <= byte.MaxValue and var id ? id : Utf8Mb4GeneralCi),
            Users = users,
            Tls = tls,
            Key = key,
            Throttle = throttle,
            Time = _time,
        };
        Open();
        return problem is null ? [] : [$"listener {config.Name}: {problem}"];
    }
}
