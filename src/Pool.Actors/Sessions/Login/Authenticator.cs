using System.Security.Cryptography;
using Pool.Actors.Errors;
using Pool.Wire.Auth;
using Pool.Wire.Handshake;
using Pool.Wire.Primitives;

namespace Pool.Actors.Sessions.Login;

/// <summary>
/// Finds out whether a client knows the password, by the method that client and user have in common. What an unknown user
/// sees is what a known one sees with a wrong password.
/// </summary>
/// <param name="exchange">The packets.</param>
/// <param name="context">The listener's.</param>
/// <param name="salt">The salt of this exchange.</param>
internal sealed class Authenticator(LoginExchange exchange, LoginContext context, byte[] salt)
{
    private bool IsEncrypted => exchange.Channel.Transport.IsEncrypted;

    /// <summary>True once the client gave something where a password belongs; for the words of the refusal.</summary>
    public bool SawPassword { get; private set; }

    /// <summary>
    /// True if the password was right. Otherwise it was wrong, and the caller refuses, or the exchange has failed already.
    /// </summary>
    public async ValueTask<bool> AuthenticateAsync(LoginRequest request, UserCredential user)
    {
        var method = MethodFor(request, user);
        ReadOnlyMemory<byte>? response = request.AuthResponse;
        if (request.AuthResponse is null || method != request.Method || IsPostponed(request))
        {
            response = await SwitchAsync(request, method);
        }

        if (response is not { } answer)
        {
            return false;
        }

        SawPassword = !IsEmpty(answer.Span);
        var allowed = IsEncrypted || !user.RequireTls;
        return method switch
        {
            AuthMethod.NativePassword when !SawPassword => user.EmptyPassword && allowed,
            AuthMethod.NativePassword => user.VerifyNative(answer.Span, salt) && allowed,
            AuthMethod.ClearPassword => await VerifyClearAsync(answer.ToArray(), user) && allowed,
            _ when !SawPassword => user.EmptyPassword && allowed,

            // The fast way tells the client that the password was right, so it is closed to who may not come in anyway.
            _ when allowed && user.VerifyFast(answer.Span, salt) => await SendMoreAsync(CachingSha2Password.FastAuthSucceeded),
            _ => await AuthenticateFullyAsync(user) && allowed,
        };
    }

    private AuthMethod MethodFor(LoginRequest request, UserCredential user)
    {
        var named = request.Method;
        if (user.Supports(named) && (named != AuthMethod.ClearPassword || IsEncrypted))
        {
            return named;
        }

        if (user.Supports(context.DefaultMethod))
        {
            return context.DefaultMethod;
        }

        return user.Supports(AuthMethod.CachingSha2Password) ? AuthMethod.CachingSha2Password : AuthMethod.NativePassword;
    }

    private async ValueTask<ReadOnlyMemory<byte>?> SwitchAsync(LoginRequest request, AuthMethod method)
    {
        if (!request.CanSwitch)
        {
            var name = System.Text.Encoding.ASCII.GetString(method.WireName());
            await exchange.RefuseAsync(LoginFailure.MethodUnsupported, PoolError.AuthMethodUnsupported, name);
            return null;
        }

        return await exchange.SendAsync(SwitchPayload(method)) ? await exchange.ReadAsync() : null;
    }

    private byte[] SwitchPayload(AuthMethod method)
    {
        var packet = new AuthSwitchRequest { PluginName = method.WireName(), Data = salt };
        var payload = new byte[packet.MaxLength];
        var writer = new WireWriter(payload);
        packet.Write(ref writer);
        return payload;
    }

    /// <summary>caching_sha2_password's slow way: the password itself, encrypted by TLS or with our key.</summary>
    private async ValueTask<bool> AuthenticateFullyAsync(UserCredential user)
    {
        if (!await SendMoreAsync(CachingSha2Password.FullAuthNeeded) || await exchange.ReadAsync() is not { } answer)
        {
            return false;
        }

        if (IsEncrypted)
        {
            return await VerifyClearAsync(answer.ToArray(), user);
        }

        if (answer.Span is [CachingSha2Password.PublicKeyRequest])
        {
            byte[] key = [AuthMoreData.Header, .. (await context.Key.PublicPemAsync()).Span];
            if (!await exchange.SendAsync(key) || await exchange.ReadAsync() is not { } encrypted)
            {
                return false;
            }

            answer = encrypted;
        }

        return await VerifyEncryptedAsync(answer.ToArray(), user);
    }

    private ValueTask<bool> SendMoreAsync(byte step) => exchange.SendAsync(new byte[] { AuthMoreData.Header, step });

    // Hashing and RSA take milliseconds, which an I/O thread does not have.
    private static Task<bool> VerifyClearAsync(byte[] password, UserCredential user) => Task.Run(() => VerifyClear(password, user));

    private Task<bool> VerifyEncryptedAsync(byte[] encrypted, UserCredential user) => Task.Run(() =>
    {
        // Nonsense costs as much as a wrong password.
        var password = context.Key.TryDecrypt(encrypted) ?? [0];
        CachingSha2Password.Obfuscate(password, salt);
        return VerifyClear(password, user);
    });

    private static bool VerifyClear(byte[] password, UserCredential user)
    {
        var length = password is [.., 0] ? password.Length - 1 : password.Length;
        var verified = user.VerifyClear(password.AsSpan(0, length));
        CryptographicOperations.ZeroMemory(password);
        return verified;
    }

    // A client that wants another method than the one that was greeted with may leave its answer until it is asked.
    private bool IsPostponed(LoginRequest request) =>
        request.CanSwitch && request.Method != context.DefaultMethod && IsEmpty(request.AuthResponse);

    // caching_sha2_password clients say "no password" with a lone NUL.
    private static bool IsEmpty(ReadOnlySpan<byte> response) => response is [] or [0];
}
