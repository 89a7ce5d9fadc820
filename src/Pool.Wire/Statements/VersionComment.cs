namespace Pool.Wire.Statements;

/// <summary>The version number of an executable comment, <c>/*!50110 .. */</c>, read digit by digit.</summary>
internal struct VersionComment
{
    private byte _digits;
    private int _number;

    /// <summary>Takes one more digit; false when <paramref name="next"/> is none, or belongs to the code already.</summary>
    public bool TryAppend(byte next)
    {
        if (_digits == 6 || !char.IsAsciiDigit((char)next))
        {
            return false;
        }

        _number = (_number * 10) + (next - '0');
        _digits++;
        return true;
    }

    /// <summary>
    /// True when every supported server runs the comment: it has no number, or one below the oldest of them (MySQL 5.7; MariaDB
    /// 10.4, which skips 5.7 to 9.9). False is not a no: nobody knows here.
    /// </summary>
    public readonly bool IsCode(bool mariaDb) =>
        _digits == 0 || (_digits == 5 && _number < 50700) || (_digits == 6 && mariaDb && _number is >= 100000 and <= 100400);
}
