using Pool.Host.Configuration;

namespace Pool.Host.Tests.Configuration;

public sealed class CommandLineTests
{
    [Fact]
    public void Without_arguments_the_file_is_pool_json()
    {
        var line = CommandLine.Parse([]);
        Assert.Equal(("pool.json", false, null), (line.ConfigFile, line.Check, line.Problem));
        Assert.Empty(line.Overrides);
    }

    [Theory]
    [InlineData("--config", "a.json")]
    [InlineData("--config=a.json", null)]
    public void The_file_is_named_in_one_word_or_two(string first, string? second) =>
        Assert.Equal("a.json", CommandLine.Parse(second is null ? [first] : [first, second]).ConfigFile);

    [Fact]
    public void Overrides_keep_their_order_and_everything_after_the_first_equals_sign()
    {
        var line = CommandLine.Parse(["--Node:Name=a=b", "--check", "--Node:Slot=2"]);
        Assert.True(line.Check);
        Assert.Null(line.Problem);
        Assert.Equal([new("Node:Name", "a=b"), new("Node:Slot", "2")], line.Overrides);
    }

    [Theory]
    [InlineData("pool.json")]
    [InlineData("--config")]
    [InlineData("--check=no")]
    [InlineData("--Node:Name")]
    [InlineData("--password=hunter2")]
    [InlineData("")]
    [InlineData("=hunter2")]
    public void What_cannot_be_understood_is_told_without_its_value(string argument)
    {
        var problem = CommandLine.Parse([argument]).Problem;
        Assert.NotNull(problem);
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }
}
