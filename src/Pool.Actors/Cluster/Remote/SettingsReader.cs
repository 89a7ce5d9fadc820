using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Pool.Actors.Backends;
using Pool.Actors.Settings;
using Pool.Wire;
using Pool.Wire.Primitives;
using Pool.Wire.Replies;

namespace Pool.Actors.Cluster.Remote;

/// <summary>Reads what <see cref="SettingsWriter"/> writes. What makes no sense sets the reader's fault.</summary>
internal sealed class SettingsReader
{
    /// <summary>In place of a baseline's number: it follows in full.</summary>
    public const byte InFull = 0xFF;

    private const int MaxNames = 4096;
    private readonly List<Baseline> _baselines = [];

    /// <summary>Reads a text.</summary>
    public static string Text(ref WireReader reader) => Encoding.UTF8.GetString(reader.Take((int)reader.UInt32()));

    /// <summary>Reads settings, or null for none, of a server with these variables.</summary>
    public SessionSettings? Read(ref WireReader reader, VariableCatalogue catalogue)
    {
        if (reader.Byte() == 0 || !TryReadBaseline(ref reader, catalogue, out var baseline))
        {
            return null;
        }

        var hasDatabase = reader.Byte() != 0;
        var database = Text(ref reader);
        var multiStatements = reader.Byte() != 0;
        var changes = ImmutableArray.CreateBuilder<VariableValue>();
        for (int left = reader.UInt16(), last = -1; left > 0 && reader.Fault == WireFault.None; left--)
        {
            var change = new VariableValue(reader.UInt16(), Text(ref reader));
            if (change.Index <= last || change.Index >= catalogue.Variables.Count || change.Value == baseline[change.Index])
            {
                reader.Fail(WireFault.Malformed);
                return null;
            }

            last = change.Index;
            changes.Add(change);
        }

        return SessionSettings.Of(baseline, hasDatabase ? database : null, multiStatements, changes.DrainToImmutable());
    }

    /// <summary>Reads what a connection carries.</summary>
    public ConnectionState ReadState(ref WireReader reader, VariableCatalogue catalogue)
    {
        var settings = Read(ref reader, catalogue);
        Baseline? baseline = null;
        if (reader.Byte() != 0)
        {
            TryReadBaseline(ref reader, catalogue, out baseline);
        }

        var (status, hasDiagnostics, insertId) = ((ServerStatus)reader.UInt16(), reader.Byte() != 0, reader.UInt64());
        var names = new List<string>();
        for (int left = reader.UInt16(); left > 0 && reader.Fault == WireFault.None; left--)
        {
            names.Add(Text(ref reader));
            if (names.Count > MaxNames)
            {
                reader.Fail(WireFault.TooLarge);
            }
        }

        return new ConnectionState(settings, baseline, status, hasDiagnostics, insertId, names);
    }

    private bool TryReadBaseline(ref WireReader reader, VariableCatalogue catalogue, [NotNullWhen(true)] out Baseline? baseline)
    {
        var number = reader.Byte();
        baseline = number == InFull ? ReadInFull(ref reader, catalogue) : number < _baselines.Count ? _baselines[number] : null;
        if (baseline is null || !ReferenceEquals(baseline.Catalogue, catalogue))
        {
            // Known by another catalogue: the server became another one since. A new pipe starts anew.
            reader.Fail(WireFault.Malformed);
            return false;
        }

        return reader.Fault == WireFault.None;
    }

    private Baseline? ReadInFull(ref WireReader reader, VariableCatalogue catalogue)
    {
        if (reader.UInt16() != catalogue.Variables.Count)
        {
            return null;
        }

        var values = new string[catalogue.Variables.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = Text(ref reader);
        }

        if (_baselines.Count == SettingsWriter.MaxBaselines)
        {
            _baselines.Clear();
        }

        var baseline = new Baseline(catalogue, values);
        _baselines.Add(baseline);
        return baseline;
    }
}
