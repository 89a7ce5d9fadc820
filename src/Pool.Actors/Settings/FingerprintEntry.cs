using System.Globalization;
using Pool.Actors.Pooling;
using Pool.Actors.Prepared;
using Pool.Wire.Replies;
using Pool.Wire.Statements;

namespace Pool.Actors.Settings;

/// <summary>What a fingerprint stands for, and what follows from it. Immutable but for what its table and its memory keep in it.</summary>
public sealed class FingerprintEntry
{
    private static readonly string[] s_multiByteUnsafe = ["big5", "cp932", "gbk", "gb18030", "sjis"];
    private readonly ParseKey _parseKey;
    private readonly ParseKey _zonedParseKey;

    internal FingerprintEntry(Fingerprint fingerprint, ConnectionClass connectionClass, SessionSettings settings, Fingerprint? painted)
    {
        (Fingerprint, Class, Settings, Painted) = (fingerprint, connectionClass, settings, painted ?? fingerprint);
        var modes = (settings.Find("sql_mode") ?? "").Split(',');
        var (quotes, escapes) = (modes.Contains("ANSI_QUOTES"), modes.Contains("NO_BACKSLASH_ESCAPES"));
        var unsafeText = s_multiByteUnsafe.Contains(settings.Find("character_set_client"));
        LexerMode = (quotes ? LexerMode.AnsiQuotes : 0) | (escapes ? LexerMode.NoBackslashEscapes : 0) | (unsafeText ? LexerMode.MultiByteUnsafe : 0);
        var commits = settings.Find("autocommit") is not { } autocommit || VariableCatalogue.IsSame(autocommit, "1");
        Status = (commits ? ServerStatus.Autocommit : 0) | (escapes ? ServerStatus.NoBackslashEscapes : 0);
        AnsiQuotes = quotes;
        _parseKey = ParseKey.Of(settings);
        _zonedParseKey = _parseKey.WithTimeZone(settings);
        IdleLimit = IdleLimitOf(settings);
    }

    /// <summary>Its number.</summary>
    public Fingerprint Fingerprint { get; }

    /// <summary>The handshake's part.</summary>
    public ConnectionClass Class { get; }

    /// <summary>The settings.</summary>
    public SessionSettings Settings { get; }

    /// <summary>What a connection carries between statements for a session with these settings: the same without the session's own.</summary>
    public Fingerprint Painted { get; }

    /// <summary>What of the settings a statement depends on that is prepared under them, read in this mode.</summary>
    public ParseKey ParseKeyFor(ReadOnlySpan<byte> sql, LexerMode mode) =>
        (mode & LexerMode.MariaDb) == 0 && TemporalLiterals.MayBeIn(sql, mode) ? _zonedParseKey : _parseKey;

    /// <summary>What of the settings a statement depends on that was prepared under another key.</summary>
    public ParseKey ParseKeyLike(ParseKey key) => key.HasTimeZone ? _zonedParseKey : _parseKey;

    /// <summary>How texts are read under these settings; the flavour comes on top.</summary>
    public LexerMode LexerMode { get; }

    /// <summary>The status flags of a session with these settings that runs nothing.</summary>
    public ServerStatus Status { get; }

    /// <summary>sql_mode has ANSI_QUOTES, which MariaDB shows among the status flags.</summary>
    public bool AnsiQuotes { get; }

    /// <summary>The silence after which a session with these settings ends, if it has a wait_timeout of its own; else zero.</summary>
    public TimeSpan IdleLimit { get; }

    /// <summary>The waiters in line that need it.</summary>
    internal FingerprintQueue Waiters { get; } = new();

    /// <summary>How often it is held; the table's.</summary>
    internal int References { get; set; }

    /// <summary>It is among those that may lose their place; the table's.</summary>
    internal bool IsQueued { get; set; }

    private static TimeSpan IdleLimitOf(SessionSettings settings) =>
        settings.Baseline.Catalogue.TryFind("wait_timeout", out var variable) && settings[variable.Index] is var own
        && own != settings.Baseline[variable.Index] && uint.TryParse(own, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
