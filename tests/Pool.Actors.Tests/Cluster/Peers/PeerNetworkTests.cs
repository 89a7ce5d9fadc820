using System.Text;
using Pool.Actors.Cluster.Peers;
using Pool.Testing;
using Pool.Testing.Cluster;

namespace Pool.Actors.Tests.Cluster.Peers;

public sealed class PeerNetworkTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_question_is_answered_by_the_node_that_it_is_put_to()
    {
        var mesh = new PeerMesh(3);
        var (second, third) = (new EchoService(), new EchoService());
        mesh[2].Serve(second);
        mesh[3].Serve(third);

        var answer = await AskAsync(mesh, 3, "hello");

        Assert.Null(answer.Failure);
        Assert.Equal("hello", Encoding.UTF8.GetString(answer.Body.Span));
        Assert.Empty(second.From);
        var from = Assert.Single(third.From);
        Assert.Equal(new PeerName("n1", PeerMesh.MemberOf(1).Incarnation, 1), from);
    }

    [Fact]
    public async Task Questions_one_after_the_other_share_a_connection()
    {
        var mesh = Echoing(out var dials);
        for (var i = 0; i < 10; i++)
        {
            Assert.Null((await AskAsync(mesh, 2, "again")).Failure);
        }

        Assert.Single(dials);
    }

    [Fact]
    public async Task No_more_questions_are_under_way_at_a_time_than_the_limit()
    {
        var gate = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var echo = new EchoService(_ => new ValueTask<ReadOnlyMemory<byte>>(gate.Task));
        var mesh = new PeerMesh(2, limits: new PeerLimits { QuestionsPerPeer = 3 });
        mesh[2].Serve(echo);

        var asks = Enumerable.Range(0, 10).Select(_ => AskAsync(mesh, 2, "x")).ToList();
        await TestNode.UntilAsync(() => echo.From.Count == 3, "it is seen there");
        Assert.Equal(3, mesh[2].Admission!.Count);

        gate.SetResult(default);
        var answers = await Task.WhenAll(asks).WaitAsync(s_patience);
        Assert.All(answers, a => Assert.Null(a.Failure));
        Assert.Equal(10, echo.From.Count);
        Assert.Equal(3, mesh[2].Admission!.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1024 * 1024)]
    public async Task A_body_of_any_length_arrives_as_it_was_sent(int length)
    {
        var mesh = Echoing(out _);
        var body = new byte[length];
        new Random(length).NextBytes(body);

        var answer = await mesh[1].Network.AskAsync(PeerMesh.MemberOf(2), new PeerQuestion(EchoService.Name, body), CancellationToken.None);

        Assert.Null(answer.Failure);
        Assert.True(answer.Body.Span.SequenceEqual(body));
    }

    [Fact]
    public async Task A_large_answer_comes_whole()
    {
        var large = new byte[17 * 1024 * 1024];
        new Random(1).NextBytes(large);
        var mesh = new PeerMesh(2, new ManualTime());
        mesh[2].Serve(new EchoService(_ => ValueTask.FromResult<ReadOnlyMemory<byte>>(large)));

        var answer = await AskAsync(mesh, 2, "x");

        Assert.Null(answer.Failure);
        Assert.True(answer.Body.Span.SequenceEqual(large));
    }

    [Fact]
    public async Task A_kind_that_nobody_answers_is_a_failure_and_the_connection_stays()
    {
        var mesh = Echoing(out var dials);

        var answer = await mesh[1].Network.AskAsync(PeerMesh.MemberOf(2), new PeerQuestion("nonsense", default), CancellationToken.None);

        Assert.Equal("node 'n2': it does not answer questions of kind 'nonsense'", answer.Failure);
        Assert.Null((await AskAsync(mesh, 2, "x")).Failure);
        Assert.Single(dials);
    }

    [Fact]
    public async Task What_an_answerer_throws_is_not_told()
    {
        var mesh = new PeerMesh(2);
        mesh[2].Serve(new EchoService(_ => throw new InvalidOperationException("a detail")));

        Assert.Equal("node 'n2': it failed to answer 'echo'", (await AskAsync(mesh, 2, "x")).Failure);
    }

    [Fact]
    public async Task A_kept_connection_that_the_other_node_has_closed_is_replaced_before_anything_is_asked()
    {
        var mesh = Echoing(out var dials);
        Assert.Null((await AskAsync(mesh, 2, "x")).Failure);
        mesh[2].Leave();
        mesh[2].Serve(new EchoService());
        await TestNode.UntilAsync(dials[0].HasPendingInput, "it is seen there");

        Assert.Null((await AskAsync(mesh, 2, "x")).Failure);
        Assert.Equal(2, dials.Count);
    }

    [Fact]
    public async Task A_node_that_is_lost_before_it_has_answered_is_a_failure()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mesh = new PeerMesh(2);
        mesh[2].Serve(new EchoService(async _ =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite);
            return default;
        }));

        var asking = AskAsync(mesh, 2, "x");
        await asked.Task.WaitAsync(s_patience);
        mesh[2].Leave();

        Assert.Equal("node 'n2' at n2:6035 was lost before its answer came", (await asking.WaitAsync(s_patience)).Failure);
        Assert.Equal(1, mesh[1].Services.Metrics.Failed["Lost"].Value);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_in_time_is_a_failure_and_its_late_answer_is_nobody_elses()
    {
        var time = new ManualTime();
        var gate = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var echo = new EchoService(body => body.Span.SequenceEqual("slow"u8) ? new ValueTask<ReadOnlyMemory<byte>>(gate.Task) : ValueTask.FromResult(body));
        var mesh = new PeerMesh(2, time);
        mesh[2].Serve(echo);

        var asking = AskAsync(mesh, 2, "slow");
        await TestNode.UntilAsync(() => echo.From.Count == 1, "it is seen there");
        time.Advance(new PeerQuestion(EchoService.Name, default).Timeout);

        Assert.Equal("node 'n2' at n2:6035 did not answer in time", (await asking.WaitAsync(s_patience)).Failure);
        gate.SetResult("late"u8.ToArray());
        Assert.Equal("fast", Encoding.UTF8.GetString((await AskAsync(mesh, 2, "fast")).Body.Span));
    }

    [Fact]
    public async Task A_caller_may_give_up()
    {
        var echo = new EchoService(async _ =>
        {
            await Task.Delay(Timeout.Infinite);
            return default;
        });
        var mesh = new PeerMesh(2);
        mesh[2].Serve(echo);
        using var cancel = new CancellationTokenSource();

        var asking = mesh[1].Network.AskAsync(PeerMesh.MemberOf(2), new PeerQuestion(EchoService.Name, default), cancel.Token).AsTask();
        await TestNode.UntilAsync(() => echo.From.Count == 1, "it is seen there");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_node_that_cannot_be_reached_is_a_failure()
    {
        var mesh = new PeerMesh(2);

        Assert.Equal("node 'n2' at n2:6035: it cannot be reached (ConnectionRefused)", (await AskAsync(mesh, 2, "x")).Failure);
        Assert.Equal(1, mesh[1].Services.Metrics.Failed["Unreachable"].Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("n2")]
    [InlineData(":6035")]
    [InlineData("n2:0")]
    [InlineData("n2:65536")]
    [InlineData("n2:x")]
    public async Task An_address_that_is_none_is_a_failure(string address)
    {
        var mesh = new PeerMesh(2);
        var answer = await mesh[1].Network.AskAsync(
            PeerMesh.MemberOf(2) with { PeerAddress = address }, new PeerQuestion(EchoService.Name, default), CancellationToken.None);
        Assert.Equal($"node 'n2' at {address}: it cannot be reached (its address cannot be understood)", answer.Failure);
    }

    [Fact]
    public async Task A_pipe_carries_bytes_as_they_are()
    {
        var mesh = Echoing(out _);
        var pipe = await mesh[1].Network.OpenPipeAsync(PeerMesh.MemberOf(2), EchoService.Name, CancellationToken.None);

        Assert.Null(pipe.Failure);
        byte[] sent = [0xFF, 0, 1, 2];
        Assert.True(await pipe.Transport!.SendAsync(sent));
        var received = new byte[16];
        Assert.Equal(sent.Length, await pipe.Transport.ReceiveAsync(received));
        Assert.Equal(sent, received[..4]);
        Assert.Equal(1, mesh[2].Admission!.Count);

        pipe.Transport.Close();
        await TestNode.UntilAsync(() => mesh[2].Admission!.Count == 0, "it is seen there");
    }

    [Fact]
    public async Task A_node_that_is_no_member_any_more_is_cut_off()
    {
        var mesh = Echoing(out _);
        var pipe = await mesh[1].Network.OpenPipeAsync(PeerMesh.MemberOf(2), EchoService.Name, CancellationToken.None);
        Assert.Null((await AskAsync(mesh, 2, "x")).Failure);

        mesh[2].Membership.Show(PeerMesh.MemberOf(2));

        Assert.Equal(0, await pipe.Transport!.ReceiveAsync(new byte[16]));
        await TestNode.UntilAsync(() => mesh[2].Admission!.Count == 0, "it is seen there");
        Assert.Contains("this node is no member that it knows", (await AskAsync(mesh, 2, "x")).Failure);
    }

    private static PeerMesh Echoing(out List<PipeTransport> dials)
    {
        var mesh = new PeerMesh(2);
        mesh[2].Serve(new EchoService());
        var list = dials = [];
        mesh.Dialled = (_, near, _) => list.Add(near);
        return mesh;
    }

    private static Task<PeerAnswer> AskAsync(PeerMesh mesh, int node, string body) =>
        mesh[1].Network.AskAsync(PeerMesh.MemberOf(node), new PeerQuestion(EchoService.Name, Encoding.UTF8.GetBytes(body)), CancellationToken.None).AsTask();
}
