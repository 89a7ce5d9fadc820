using Pool.Testing.Replies;
using Pool.Wire.Handshake;
using Pool.Wire.Replies;

namespace Pool.Wire.Tests.Replies;

/// <summary>Thousands of replies, as random as servers allow, through the whole reader.</summary>
public sealed class ReplyScriptTests
{
    private const int Scripts = 2000;

    [Fact]
    public void Every_reply_ends_where_it_ends_and_says_what_was_said() => ForEach((script, random, at) =>
    {
        var reader = new ReplyReader();
        reader.Begin(script.Shape, ReplyRun.Modern, ReplyRun.Modern, script.StatusBefore, ahead: script.Ahead);
        var bytes = script.Bytes(ReplyRun.Modern);
        Assert.True(bytes.AsSpan().SequenceEqual(ReplyRun.Whole(reader, bytes, Cuts(random))), at);
        Assert.True(script.Expected.Equals(reader.Summary), $"{at}: summary");
        Assert.True(script.Schema == reader.Schema, $"{at}: schema");
    });

    [Fact]
    public void Every_client_gets_the_reply_in_its_own_format() => ForEach((script, random, at) =>
    {
        var reader = new ReplyReader();
        var bytes = script.Bytes(ReplyRun.Modern);
        foreach (var client in ReplyRun.Clients)
        {
            reader.Begin(script.Shape, ReplyRun.Modern, client, script.StatusBefore, ahead: script.Ahead);
            var sent = ReplyRun.Whole(reader, bytes, Cuts(random));
            Assert.True(script.Bytes(client).AsSpan().SequenceEqual(sent), $"{at}, client {client}: {Convert.ToHexString(sent)}");
        }
    });

    [Fact]
    public void A_client_understands_what_it_gets_as_the_pool_did() => ForEach((script, random, at) =>
    {
        var reader = new ReplyReader();
        foreach (var client in ReplyRun.Clients)
        {
            reader.Begin(script.Shape, ReplyRun.Modern, client, script.StatusBefore, ahead: script.Ahead);
            var sent = ReplyRun.Whole(reader, script.Bytes(ReplyRun.Modern), Cuts(random));
            var (kinds, tracker) = ReplyRun.Kinds(script.Shape, client, sent, script.Ahead.OpensCursor);
            Assert.True(tracker.IsDone && !kinds.Contains(PacketKind.Fault), $"{at}, client {client}");
            var (ours, theirs) = (AsSeenBy(client, script, reader.Summary), AsSeenBy(client, script, tracker.Summary));
            Assert.True(ours.Equals(theirs), $"{at}, client {client}: summary");
        }
    });

    [Fact]
    public void Replies_that_arrive_together_are_told_apart() => ForEach((script, random, at) =>
    {
        var client = ReplyRun.Clients[random.Next(ReplyRun.Clients.Length)];
        var second = new ReplyScript(random);
        ReplyScript[] scripts = [script, second];
        var reader = new ReplyReader();
        byte[] bytes = [.. script.Bytes(ReplyRun.Modern), .. second.Bytes(ReplyRun.Modern)];
        var received = 0;
        foreach (var one in scripts)
        {
            reader.Begin(one.Shape, ReplyRun.Modern, client, one.StatusBefore, ahead: one.Ahead);
            var (sent, progress, more) = ReplyRun.Through(reader, bytes.AsSpan(received), Cuts(random));
            received += more;
            Assert.True(progress == ReplyProgress.Done && one.Bytes(client).AsSpan().SequenceEqual(sent), at);
        }

        Assert.True(received == bytes.Length && !reader.Window.HasUnscanned, at);
    });

    [Fact]
    public void No_place_to_cut_a_reply_changes_what_is_sent()
    {
        foreach (var client in ReplyRun.Clients)
        {
            var reader = new ReplyReader();
            for (var seed = 0; seed < 200; seed++)
            {
                var script = new ReplyScript(new Random(seed));
                var (bytes, expected) = (script.Bytes(ReplyRun.Modern), script.Bytes(client));
                for (var cut = 1; cut < bytes.Length && bytes.Length < 600; cut++)
                {
                    reader.Begin(script.Shape, ReplyRun.Modern, client, script.StatusBefore, ahead: script.Ahead);
                    var sent = ReplyRun.Whole(reader, bytes, at => at == 0 ? cut : bytes.Length);
                    Assert.True(expected.AsSpan().SequenceEqual(sent), $"seed {seed}, client {client}, cut at {cut}");
                }
            }
        }
    }

    // What the format cannot say is not compared: flags of a prepare, session state, affected rows of a result set.
    private static ReplySummary AsSeenBy(Capabilities client, ReplyScript script, ReplySummary summary)
    {
        summary.Status &= ~ServerStatus.SessionStateChanged;
        summary.AffectedRows = summary.IsResultSet || script.Shape != ReplyShape.Results ? 0 : summary.AffectedRows;
        if (script.Shape == ReplyShape.Prepare)
        {
            (summary.Status, summary.HasStatus) = (ServerStatus.None, false);
        }
        else if (summary.ErrorCode != 0 && (client & Capabilities.DeprecateEof) == 0)
        {
            (summary.Status, summary.HasStatus, summary.Warnings) = (ServerStatus.None, false, 0);
        }

        if (client != ReplyRun.Modern)
        {
            (summary.VariableChanged, summary.StateChanged) = (false, false);
        }

        return summary;
    }

    private static Func<int, int> Cuts(Random random)
    {
        var most = 1 << random.Next(1, 16);
        return _ => random.Next(1, most + 1);
    }

    private static void ForEach(Action<ReplyScript, Random, string> check)
    {
        for (var seed = 0; seed < Scripts; seed++)
        {
            var random = new Random(seed);
            check(new ReplyScript(random), random, $"seed {seed}");
        }
    }
}
