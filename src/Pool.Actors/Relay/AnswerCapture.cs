using System.Buffers;
using Pool.Actors.Settings;

namespace Pool.Actors.Relay;

/// <summary>A statement on its way whose answer may be worth remembering, and what of the answer has gone to the client.</summary>
/// <param name="Text">The statement.</param>
/// <param name="Before">The session's settings before it.</param>
/// <param name="WhileLatest">The baseline whose globals it depends on; null for none.</param>
internal sealed record AnswerCapture(byte[] Text, FingerprintEntry Before, Baseline? WhileLatest)
{
    /// <summary>The packets of the answer.</summary>
    public ArrayBufferWriter<byte> Reply { get; } = new();

    /// <summary>The rows of the answer; null if it was an OK.</summary>
    public ulong? Rows { get; set; }
}
