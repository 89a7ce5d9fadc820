using System.Text;
using Pool.Live.Tests.Support;

namespace Pool.Live.Tests.Scenario;

/// <summary>Compares transcripts, and keeps the unequal ones to look at.</summary>
internal static class Transcripts
{
    private const int Shown = 12;

    /// <summary>Fails with the first differences, each under the statement that it belongs to.</summary>
    public static void AssertSame(string name, string direct, string pooled)
    {
        if (direct == pooled)
            return;
        var folder = Directory.CreateDirectory(Repository.PathTo(".test", "transcripts")).FullName;
        File.WriteAllText(Path.Combine(folder, name + ".direct"), direct, Encoding.Latin1);
        File.WriteAllText(Path.Combine(folder, name + ".pool"), pooled, Encoding.Latin1);
        Assert.Fail($"{name}: the transcripts in {folder} differ\n{Differences(direct.Split('\n'), pooled.Split('\n'))}");
    }

    private static string Differences(string[] direct, string[] pooled)
    {
        var text = new StringBuilder();
        var shown = 0;
        for (var i = 0; i < Math.Max(direct.Length, pooled.Length) && shown < Shown; i++)
        {
            var (left, right) = (direct.ElementAtOrDefault(i), pooled.ElementAtOrDefault(i));
            if (left == right)
                continue;
            var statement = Array.FindLastIndex(direct, Math.Min(i, direct.Length - 1), line => line.StartsWith('>') || line.StartsWith('?'));
            text.AppendLine($"line {i + 1}, after: {Short(direct.ElementAtOrDefault(statement))}");
            text.AppendLine($"  direct: {Short(left)}\n  pool:   {Short(right)}");
            shown++;
        }

        return text.ToString();
    }

    private static string Short(string? line) => line is null ? "(nothing)" : line.Length > 300 ? line[..300] + "..." : line;
}
