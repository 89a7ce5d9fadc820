using Pool.Host.Admin;

namespace Pool.Host.Tests.Admin;

public sealed class AdminAccessTests
{
    private readonly AdminAccess _access = new();

    [Fact]
    public void Without_a_token_everybody_may_pass() => Assert.True(_access.Allows(null));

    [Fact]
    public void A_token_that_cannot_be_read_lets_nobody_pass()
    {
        _access.Withhold();
        Assert.False(_access.Allows(null));
        Assert.False(_access.Allows("Bearer "));
    }

    [Fact]
    public void A_token_that_cannot_be_read_leaves_the_one_before()
    {
        _access.Replace("before");
        _access.Withhold();
        Assert.True(_access.Allows("Bearer before"));
        Assert.False(_access.Allows(null));
    }
}
