using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pool.Host.Configuration;
using Pool.Host.Lifecycle;

namespace Pool.Host.Tests.Lifecycle;

[Collection(nameof(Console))]
public sealed class LogSetupTests
{
    [Fact]
    public void A_level_changed_at_run_time_applies_to_loggers_that_exist()
    {
        using var setup = new LogSetup(new LogConfig { Level = LogLevel.Warning });
        var logger = setup.Factory.CreateLogger("Pool.Test");
        Assert.False(logger.IsEnabled(LogLevel.Information));
        Assert.True(logger.IsEnabled(LogLevel.Warning));
        setup.SetLevel(LogLevel.Debug);
        Assert.True(logger.IsEnabled(LogLevel.Debug));
        Assert.False(logger.IsEnabled(LogLevel.Trace));
        setup.SetLevel(LogLevel.None);
        Assert.False(logger.IsEnabled(LogLevel.Critical));
    }

    [Fact]
    public void Json_lines_are_json()
    {
        var line = Assert.Single(Capture(LogFormat.Json));
        var entry = JsonDocument.Parse(line).RootElement;
        Assert.Equal("first second", entry.GetProperty("Message").GetString());
        Assert.EndsWith("Z", entry.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_one_line_even_if_the_message_is_not()
    {
        var line = Assert.Single(Capture(LogFormat.Text));
        Assert.EndsWith("Z info: Pool.Test[7] first second", line, StringComparison.Ordinal);
    }

    private static string[] Capture(LogFormat format)
    {
        var before = Console.Out;
        using var captured = new StringWriter();
        Console.SetOut(captured);
        try
        {
            using var setup = new LogSetup(new LogConfig { Format = format });
            setup.Factory.CreateLogger("Pool.Test").Log(LogLevel.Information, 7, "first" + (format == LogFormat.Text ? Environment.NewLine : " ") + "second", null, (text, _) => text);
        }
        finally
        {
            Console.SetOut(before);
        }

        return captured.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
