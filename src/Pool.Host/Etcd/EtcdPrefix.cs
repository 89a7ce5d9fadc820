using System.Text;

namespace Pool.Host.Etcd;

/// <summary>The keys below a prefix, as etcd's ranges have them: from a key to before another.</summary>
/// <param name="Key">The first key.</param>
/// <param name="End">The first key that is not one of them any more.</param>
internal sealed record EtcdPrefix(byte[] Key, byte[] End)
{
    /// <summary>The keys that begin with a text.</summary>
    public static EtcdPrefix Of(string prefix)
    {
        // Zero for both means all keys.
        if (prefix.Length == 0)
        {
            return new EtcdPrefix([0], [0]);
        }

        // No byte of UTF-8 is 255, so the last one can be counted up.
        var (key, end) = (Encoding.UTF8.GetBytes(prefix), Encoding.UTF8.GetBytes(prefix));
        end[^1]++;
        return new EtcdPrefix(key, end);
    }
}
