using System.Text;
using Pool.Wire;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;

namespace Pool.Actors.Backends.Login;

/// <summary>What a server's greeting says, copied out of its packet.</summary>
internal sealed record BackendGreeting(string VersionText, uint ThreadId, byte[] Salt, Capabilities Offered, AuthMethod Method)
{
    // MariaDB's replicas of old would not talk to a master with a two-digit major version.
    private const string ReplicationPrefix = "5.5.5-";

    public ServerFlavour Flavour =>
        VersionText.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) || !Offered.HasFlag(Capabilities.LongPassword)
            ? ServerFlavour.MariaDb
            : ServerFlavour.MySql;

    public Version Version
    {
        get
        {
            var text = VersionText.StartsWith(ReplicationPrefix, StringComparison.Ordinal) ? VersionText[ReplicationPrefix.Length..] : VersionText;
            var digits = string.Concat(text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.'));
            return Version.TryParse(digits, out var version) ? version : new Version();
        }
    }

    public static WireFault TryRead(ReadOnlySpan<byte> payload, out BackendGreeting? greeting)
    {
        var fault = ServerGreeting.TryRead(payload, out var packet);
        greeting = fault != WireFault.None ? null : new BackendGreeting(
            Encoding.UTF8.GetString(packet.ServerVersion),
            packet.ThreadId,
            packet.Salt.ToArray(),
            packet.Capabilities,
            AuthMethodNames.Find(packet.PluginName));
        return fault;
    }
}
