namespace Pool.Host.Admin.Views;

/// <summary>One connection of a pool.</summary>
/// <param name="Backend">The pool's backend.</param>
/// <param name="Slot">Its slot in the pool.</param>
/// <param name="State">What it does: connecting, idle, leased or closing.</param>
/// <param name="ThreadId">The server's id of its thread; null while it connects.</param>
/// <param name="Account">The account that it is authenticated as; null while it connects.</param>
/// <param name="Settings">The digest of the settings that an idle one carries, see <see cref="SettingsView"/>; null for others.</param>
/// <param name="IdleSeconds">How long an idle one has been idle; null for others.</param>
/// <param name="ExpiresInSeconds">How long it may still live; null while it connects or closes.</param>
public sealed record PooledView(
    string Backend, int Slot, string State, ulong? ThreadId, string? Account, string? Settings, double? IdleSeconds, double? ExpiresInSeconds);
