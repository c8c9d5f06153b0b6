using Adit.Ssh.Keys;

namespace Adit.Ssh.Server;

/// <summary>
/// Judges one connection's login: which methods there are for its user, and what each proves. One for each connection; asked one thing at a time.
/// </summary>
public interface ILoginAuthority : IUserKeyAuthority
{
    /// <summary>Says how a user logs in. Asked once, at the first request; a client may not change the name afterwards.</summary>
    /// <param name="user">The user name, as the client gave it; there may be no such user.</param>
    /// <param name="cancellationToken">The connection ended.</param>
    ValueTask<LoginRules> BeginAsync(string user, CancellationToken cancellationToken);

    /// <summary>Judges a password, given by whichever method. It takes as long for a user that there is not.</summary>
    ValueTask<bool> CheckPasswordAsync(string user, string password, CancellationToken cancellationToken);

    /// <summary>Has the last word on a method that succeeded, such as root's with a password.</summary>
    /// <param name="user">The user.</param>
    /// <param name="method">The method.</param>
    /// <param name="permissions">What the key permits; null for other methods.</param>
    bool Admits(string user, string method, KeyPermissions? permissions);

    /// <summary>Is told how an attempt ended, for the log.</summary>
    void OnAttempt(LoginAttempt attempt);
}
