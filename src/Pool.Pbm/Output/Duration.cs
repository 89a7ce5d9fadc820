using System.Globalization;

namespace Pool.Pbm.Output;

/// <summary>Times for people: two units at most.</summary>
internal static class Duration
{
    /// <summary>"1.3s", "4m10s", "3h02m", "12d4h"; what is negative, because clocks differ, is nothing.</summary>
    public static string Format(TimeSpan time) => time switch
    {
        { Ticks: <= 0 } => "0s",
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0}s"),
        { TotalMinutes: < 1 } => $"{time.Seconds}s",
        { TotalHours: < 1 } => $"{time.Minutes}m{time.Seconds:00}s",
        { TotalDays: < 1 } => $"{time.Hours}h{time.Minutes:00}m",
        _ => $"{time.Days}d{time.Hours}h",
    };
}
