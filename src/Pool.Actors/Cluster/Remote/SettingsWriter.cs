using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Cluster.Remote;

/// <summary>
/// Writes settings for one direction of one pipe, value by value: a baseline in full when it comes up first, and by its number afterwards.
/// Read by <see cref="SettingsReader"/>, which numbers in the same order.
/// </summary>
internal sealed class SettingsWriter
{
    /// <summary>Baselines change when somebody changes a global; when there are more than this both sides start anew.</summary>
    public const int MaxBaselines = 32;

    private readonly Dictionary<Baseline, int> _numbers = [];

    /// <summary>Writes settings, or that there are none.</summary>
    public void Write(FrameWriter frame, SessionSettings? settings)
    {
        frame.Flag(settings is not null);
        if (settings is null)
        {
            return;
        }

        Write(frame, settings.Baseline);
        frame.Flag(settings.Database is not null);
        frame.Text(settings.Database ?? "");
        frame.Flag(settings.MultiStatements);
        frame.UInt16((ushort)settings.Changes.Length);
        foreach (var change in settings.Changes)
        {
            frame.UInt16((ushort)change.Index);
            frame.Text(change.Value);
        }
    }

    /// <summary>Writes what a connection carries.</summary>
    public void Write(FrameWriter frame, ConnectionState state)
    {
        Write(frame, state.Settings);
        frame.Flag(state.Baseline is not null);
        if (state.Baseline is { } baseline)
        {
            Write(frame, baseline);
        }

        frame.UInt16((ushort)state.Status);
        frame.Flag(state.HasDiagnostics);
        frame.UInt64(state.InsertId);
        frame.UInt16((ushort)state.UserVariables.Count);
        foreach (var name in state.UserVariables)
        {
            frame.Text(name);
        }
    }

    private void Write(FrameWriter frame, Baseline baseline)
    {
        if (_numbers.TryGetValue(baseline, out var number))
        {
            frame.Byte((byte)number);
            return;
        }

        if (_numbers.Count == MaxBaselines)
        {
            _numbers.Clear();
        }

        number = _numbers.Count;
        _numbers.Add(baseline, number);
        frame.Byte(SettingsReader.InFull);
        frame.UInt16((ushort)baseline.Catalogue.Variables.Count);
        for (var index = 0; index < baseline.Catalogue.Variables.Count; index++)
        {
            frame.Text(baseline[index]);
        }
    }
}
