using System.Collections.Concurrent;
using Pool.Actors.Backends;
using Pool.Actors.Settings;

namespace Pool.Actors.Pooling;

/// <summary>
/// The quotas of one pool, of those users that have a cap, and the way from a wait for a place into the line for a connection. Thread-safe;
/// takes the line's gate itself.
/// </summary>
internal sealed class UserQuotas
{
    private readonly ConcurrentDictionary<string, UserQuota> _quotas = new(StringComparer.Ordinal);
    private readonly WaiterLine _line;
    private readonly Func<int> _longest;

    public UserQuotas(WaiterLine line, Func<int> longest)
    {
        (_line, _longest) = (line, longest);
        line.Freed = Admit;
    }

    /// <summary>Called with one that has got a place, and is in line from now on.</summary>
    public Action<Waiter>? Admitted { get; set; }

    /// <summary>
    /// Called when somebody begins to wait whom no end of a lease here can help, since this node has nothing of what the user may hold. Under
    /// the gate: does nothing slow.
    /// </summary>
    public Action? Missed { get; set; }

    /// <summary>Who has sessions that are held to a quota, in no order.</summary>
    public IEnumerable<UserQuota> All => _quotas.Select(static q => q.Value);

    /// <summary>False: nobody has a cap.</summary>
    public bool Any => !_quotas.IsEmpty;

    /// <summary>The quota of a user; null for one who has no cap.</summary>
    public UserQuota? Find(string user) => _quotas.TryGetValue(user, out var quota) && quota.Cap > 0 ? quota : null;

    /// <summary>
    /// Replaces the caps. All of a cap may be had here; a node of a cluster is limited further by who keeps its shares. A quota stays for the
    /// sessions that know it.
    /// </summary>
    public void SetCaps(IReadOnlyDictionary<string, int> caps)
    {
        foreach (var (user, cap) in caps.Where(static c => c.Value > 0))
        {
            var quota = _quotas.GetOrAdd(user, static (name, most) => new UserQuota(name, most), cap);
            Set(quota, cap, cap);
        }

        foreach (var quota in All.Where(q => caps.GetValueOrDefault(q.User) == 0))
        {
            Set(quota, 0, UserQuota.Unlimited);
        }
    }

    /// <summary>Sets what may be had of a quota on this node, and serves those who have waited for it.</summary>
    public void Limit(UserQuota quota, int limit)
    {
        if (quota.Limit != limit)
        {
            quota.LimitTo(limit);
            Admit(quota);
        }
    }

    /// <summary>
    /// Takes a waiter with a quota into the line, or lets it wait for a place in its quota first; false if too many wait already. Under the
    /// gate.
    /// </summary>
    public bool TryJoin(Waiter waiter, UserQuota quota, Fingerprint needed)
    {
        if (quota.TryEnter())
        {
            if (_line.TryJoin(waiter, needed))
            {
                return true;
            }

            // Nobody waits for it: that would take the gate.
            quota.Leave();
            return false;
        }

        if (quota.Waiting >= _longest())
        {
            return false;
        }

        _line.Arrive(waiter, needed);
        quota.Park(waiter);

        // Whoever gave back a place before it waited saw nobody to look after; afterwards, or with others who waited, that one does.
        if (ReferenceEquals(quota.First, waiter) && quota.TryAdmit() is not null)
        {
            _line.Join(waiter);
        }
        else if (quota.Limit == 0)
        {
            Missed?.Invoke();
        }

        return true;
    }

    /// <summary>Takes back the place that a connection has, of which nothing is left of a session's; serves whoever has waited for it.</summary>
    public void End(PooledConnection connection)
    {
        if (Release(connection) is { } admitted)
        {
            Admitted!(admitted);
        }
    }

    /// <summary>As <see cref="End"/>, but who got the place, and stands in line now, is the answer, and is to be served by the caller.</summary>
    public Waiter? Release(PooledConnection connection)
    {
        if (connection.Quota is not { } quota)
        {
            return null;
        }

        connection.Quota = null;
        return Release(quota);
    }

    /// <summary>Takes a place back, and serves whoever has waited for it.</summary>
    public void Leave(UserQuota quota)
    {
        if (Release(quota) is { } admitted)
        {
            Admitted!(admitted);
        }
    }

    /// <summary>Fails every wait for a place that is concerned.</summary>
    public void Fail(LeaseResult outcome, Func<Waiter, bool> concerns)
    {
        foreach (var quota in All.Where(static q => q.Waiting != 0))
        {
            _line.Fail(quota, outcome, concerns);
        }
    }

    private Waiter? Release(UserQuota quota)
    {
        quota.Leave();
        return quota.Waiting == 0 ? null : TryAdmit(quota);
    }

    private void Set(UserQuota quota, int cap, int limit)
    {
        quota.Cap = cap;
        Limit(quota, limit);
    }

    private void Admit(UserQuota quota)
    {
        while (quota.Waiting != 0 && TryAdmit(quota) is { } admitted)
        {
            Admitted!(admitted);
        }
    }

    private Waiter? TryAdmit(UserQuota quota)
    {
        lock (_line.Gate)
        {
            var admitted = quota.TryAdmit();
            if (admitted is not null)
            {
                _line.Join(admitted);
            }

            return admitted;
        }
    }
}
