namespace Pool.Actors.Sessions.Login;

/// <summary>The users that may log in. Called from any thread.</summary>
public interface IUserDirectory
{
    /// <summary>
    /// Finds a user. For an unknown name the answer is false, and <paramref name="credential"/> is a decoy that nothing
    /// verifies against, shaped like a real user's: the exchange must look and cost the same, so that it does not tell which
    /// names exist.
    /// </summary>
    bool TryFind(string user, out UserCredential credential);
}
