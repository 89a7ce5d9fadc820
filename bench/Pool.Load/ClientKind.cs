using System.Globalization;
using System.Text;
using Pool.Wire.Commands;
using Pool.Wire.Framing;
using Pool.Wire.Handshake;

namespace Pool.Load;

/// <summary>
/// What one driver or ORM says before its application's first statement: its part of the handshake, then statements. Shared by
/// the clients of that kind.
/// </summary>
internal sealed class ClientKind(byte collation, Capabilities capabilities)
{
    private const byte Utf8Mb4GeneralCi = 45;

    // Drivers that know one of the two mostly know both.
    private const Capabilities Modern = Capabilities.DeprecateEof | Capabilities.SessionTrack;

    private readonly List<KindStatement> _statements = [];
    private readonly List<KindStatement> _farewell = [];
    private string? _state;

    /// <summary>The collation that the handshake asks for.</summary>
    public byte Collation => collation;

    /// <summary>Capabilities beside those that every client has.</summary>
    public Capabilities Capabilities => capabilities;

    /// <summary>What it says before the application's first statement.</summary>
    public IReadOnlyList<KindStatement> Statements => _statements;

    /// <summary>What it says before it leaves.</summary>
    public IReadOnlyList<KindStatement> Farewell => _farewell;

    /// <summary>A query, as a packet, that answers the same for every client of this kind at any time; null if there is none.</summary>
    public byte[]? Check { get; private set; }

    /// <summary>What <see cref="Check"/> answers; null before <see cref="Agree"/>.</summary>
    public string? State => _state;

    /// <summary>A client that says nothing before its first query.</summary>
    public static ClientKind Silent(bool deprecateEof) => new(Utf8Mb4GeneralCi, deprecateEof ? Modern : Capabilities.None);

    /// <summary>
    /// The kinds of a file. A line is a comment (#), the head of the next kind (":: COLLATION CAPABILITY, ..."), a check
    /// ("? QUERY"), a statement that is prepared, executed and closed ("! STATEMENT"), one of the farewell ("~ STATEMENT"), or a
    /// statement that is sent as text. Throws <see cref="FormatException"/>.
    /// </summary>
    public static IReadOnlyList<ClientKind> Read(string path)
    {
        var kinds = new List<ClientKind>();
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line.StartsWith("::", StringComparison.Ordinal))
            {
                kinds.Add(Head(line[2..]));
            }
            else if (kinds.Count == 0)
            {
                throw new FormatException($"{path}: a kind begins with :: and a collation");
            }
            else if (line[0] == '?')
            {
                kinds[^1].Check = Packet(CommandCode.Query, line[1..]);
            }
            else if (line[0] == '~')
            {
                kinds[^1]._farewell.Add(new KindStatement(Packet(CommandCode.Query, line[1..]), Prepared: false));
            }
            else if (line[0] == '!')
            {
                kinds[^1]._statements.Add(new KindStatement(Packet(CommandCode.StmtPrepare, line[1..]), Prepared: true));
            }
            else
            {
                kinds[^1]._statements.Add(new KindStatement(Packet(CommandCode.Query, line), Prepared: false));
            }
        }

        return kinds.Count > 0 ? kinds : throw new FormatException($"{path} has no kind of client");
    }

    /// <summary>A command with a text as a packet.</summary>
    public static byte[] Packet(CommandCode code, string text)
    {
        var packet = new byte[PacketHeader.Size + 1 + Encoding.UTF8.GetByteCount(text)];
        new PacketHeader(packet.Length - PacketHeader.Size, Sequence: 0).Write(packet);
        packet[PacketHeader.Size] = (byte)code;
        Encoding.UTF8.GetBytes(text, packet.AsSpan(PacketHeader.Size + 1));
        return packet;
    }

    /// <summary>
    /// Holds the answer to <see cref="Check"/> against what the first client got. Throws <see cref="ServerError"/> when it is
    /// another. Callable from several threads.
    /// </summary>
    public void Agree(string answer)
    {
        var state = Interlocked.CompareExchange(ref _state, answer, null) ?? answer;
        if (state != answer)
        {
            throw new ServerError(ServerError.WrongAnswer, $"the session's state should be {state}, and is {answer}");
        }
    }

    private static ClientKind Head(string text)
    {
        var words = text.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0 || !byte.TryParse(words[0], CultureInfo.InvariantCulture, out var collation))
        {
            throw new FormatException($"'{text}' does not begin with a collation");
        }

        var capabilities = Capabilities.None;
        return words.Length == 1 || Enum.TryParse(words[1], out capabilities)
            ? new ClientKind(collation, capabilities)
            : throw new FormatException($"'{words[1]}' is no list of capabilities");
    }
}

/// <summary>A statement as a packet: a query, or a prepare whose statement is then executed and closed.</summary>
internal sealed record KindStatement(byte[] Packet, bool Prepared);
