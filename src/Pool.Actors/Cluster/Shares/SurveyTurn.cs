using Pool.Actors.Cluster.Membership;

namespace Pool.Actors.Cluster.Shares;

/// <summary>
/// For how long one life may look at the server on the place that is kept: one that gets no answer there lets the others try, who may be
/// nearer to it. Used by the keeper's flow.
/// </summary>
/// <param name="self">The life.</param>
/// <param name="server">The server.</param>
/// <param name="time">The clock.</param>
internal sealed class SurveyTurn(Incarnation self, ServerSurvey server, TimeProvider time)
{
    /// <summary>How long no answer may come. 5 s: a server that can be reached has answered by then.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>How long the others go first. 10 s: the whole turn of one of them, and some.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(10);

    private long? _since;

    /// <summary>The revision of the right that was given back: whatever the answer was, it may be gone at any moment.</summary>
    private long _givenBack;

    /// <summary>True while the life lets the others go first, if there are any.</summary>
    public bool IsOver(ShareView view)
    {
        var isSurveyor = view.Surveyor == self;
        var silence = _since is { } since ? time.GetElapsedTime(Math.Max(since, server.AnsweredAt)) : TimeSpan.Zero;
        if (silence >= s_patience + s_rest || (silence < s_patience && !isSurveyor))
        {
            (_since, silence) = (null, TimeSpan.Zero);
        }

        _since ??= isSurveyor ? time.GetTimestamp() : null;
        return (silence >= s_patience && view.HasOthers(self)) || (isSurveyor && view.SurveyRevision == _givenBack);
    }

    /// <summary>Takes note that the right of this view is about to be given back.</summary>
    public void GiveBack(ShareView view) => _givenBack = view.SurveyRevision;
}
