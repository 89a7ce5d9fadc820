using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Pool.Actors.Settings;
using Pool.Wire.Commands;
using Pool.Wire.Framing;

namespace Pool.Actors.Tests.Settings;

/// <summary>
/// A server's session that understands what a repaint may send, and reads it as a server does: assignments from left to right, with
/// their silent effects, backslashes as escapes, and names in the character set of the client.
/// </summary>
internal sealed class PaintedModel(SessionSettings has)
{
    private readonly Dictionary<string, string> _values = has.Baseline.Catalogue.Variables.ToDictionary(v => v.Name, v => has[v.Index]);

    /// <summary>The statements that were sent.</summary>
    public List<string> Statements { get; } = [];

    public string? Database { get; private set; } = has.Database;

    public bool MultiStatements { get; private set; } = has.MultiStatements;

    public string this[string variable] => _values[variable];

    public void Run(ReadOnlyMemory<byte> commands)
    {
        while (commands.Length > 0)
        {
            var header = PacketHeader.Read(commands.Span);
            var payload = commands.Span[PacketHeader.Size..header.PacketLength];
            switch ((CommandCode)payload[0])
            {
                case CommandCode.SetOption:
                    MultiStatements = BinaryPrimitives.ReadUInt16LittleEndian(payload[1..]) == 0;
                    break;
                case CommandCode.InitDb:
                    Assert.True(Ascii.IsValid(payload[1..]) || _values["character_set_client"] == "utf8mb4", "the name is read in another character set");
                    Database = Encoding.UTF8.GetString(payload[1..]);
                    break;
                default:
                    Assert.True(Ascii.IsValid(payload), "the statement is read in another character set");
                    Set(Encoding.ASCII.GetString(payload[1..]));
                    break;
            }

            commands = commands[header.PacketLength..];
        }
    }

    private void Set(string sql)
    {
        Statements.Add(sql);
        Assert.StartsWith("SET ", sql, StringComparison.Ordinal);
        for (var rest = sql[4..]; rest.Length > 0;)
        {
            if (rest.StartsWith("NAMES ", StringComparison.Ordinal))
            {
                var words = rest.Split(',')[0].Split(' ');
                Assert.Equal("COLLATE", words[2]);
                Names(words[1], words[3]);
                rest = rest[rest.Split(',')[0].Length..];
            }
            else
            {
                var name = rest[..rest.IndexOf(" = ", StringComparison.Ordinal)];
                Assign(name, Literal(rest[(name.Length + 3)..], out var length));
                rest = rest[(name.Length + 3 + length)..];
            }

            Assert.True(rest.Length == 0 || rest.StartsWith(", ", StringComparison.Ordinal), $"'{rest}' follows a value in {sql}");
            rest = rest.Length == 0 ? rest : rest[2..];
        }
    }

    private void Names(string characterSet, string collation)
    {
        _values["character_set_client"] = _values["character_set_connection"] = _values["character_set_results"] = characterSet;
        _values["collation_connection"] = _values[VariableCatalogue.ResultsCollation] = collation;
    }

    private void Assign(string name, string value)
    {
        Assert.True(_values.ContainsKey(name), $"no variable {name}");
        _values[name] = value;
        switch (name)
        {
            case "character_set_connection":
                _values["collation_connection"] = RepaintTests.DefaultCollation(value);
                break;
            case "character_set_results":
                _values[VariableCatalogue.ResultsCollation] = value == VariableCatalogue.Null ? "" : RepaintTests.DefaultCollation(value);
                break;
            case "max_join_size":
                _values["sql_big_selects"] = value == "1000" ? "0" : "1";
                break;
        }
    }

    private static string Literal(string text, out int length)
    {
        if (text.StartsWith("_utf8mb4 x'", StringComparison.Ordinal))
        {
            var end = text.IndexOf('\'', 11);
            length = end + 1;
            return Encoding.UTF8.GetString(Convert.FromHexString(text[11..end]));
        }

        const string Introducer = "_utf8mb4 ";
        if (text.StartsWith(Introducer + "'", StringComparison.Ordinal))
        {
            var plain = Literal(text[Introducer.Length..], out length);
            length += Introducer.Length;
            return plain;
        }

        if (text[0] != '\'')
        {
            length = text.Contains(',', StringComparison.Ordinal) ? text.IndexOf(',', StringComparison.Ordinal) : text.Length;
            var bare = text[..length];
            Assert.True(
                bare is "NULL" or "utf8mb4" or "gbk" or "latin1" || decimal.TryParse(bare, NumberStyles.Number, CultureInfo.InvariantCulture, out _),
                $"{bare} is not written in quotes");
            return bare == "NULL" ? VariableCatalogue.Null : bare;
        }

        var value = new StringBuilder();
        for (var at = 1; ; at++)
        {
            if (text[at] == '\'' && (at + 1 == text.Length || text[at + 1] != '\''))
            {
                length = at + 1;
                return value.ToString();
            }

            at += text[at] is '\'' or '\\' ? 1 : 0;
            value.Append(text[at]);
        }
    }
}
