using System.Net;
using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>Resolves ssh_config(5) for one host: the options given first, then the user's file, then the system's; of each keyword the first value wins.</summary>
public static partial class SshConfigResolver
{
    /// <summary>Resolves the configuration. Blocking: reads files, and runs commands and asks the resolver where the files say so.</summary>
    /// <exception cref="TunnelException">A file or an option is wrong; the message names file and line.</exception>
    public static SshConfig Resolve(SshConfigRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        SshConfigEnvironment environment = request.Environment ?? SshConfigEnvironment.Current();
        var values = new SshConfigValues();
        var reader = new SshConfigReader(environment, values, request.Host);
        foreach (LocalForward forward in request.LocalForwards)
        {
            values.Append("localforward", forward);
        }

        foreach (RemoteForward forward in request.RemoteForwards)
        {
            values.Append("remoteforward", forward);
        }

        foreach (DynamicForward forward in request.DynamicForwards)
        {
            values.Append("dynamicforward", forward);
        }

        foreach (string option in request.Options)
        {
            reader.ReadOption(option);
        }

        ReadFiles(reader, request, environment);
        string host = values.Text("hostname") is { } given ? TokenExpander.HostName(given, request.Host) : request.Host;
        host = IPAddress.TryParse(host, out _) ? host : host.ToLowerInvariant();
        bool isFinal = reader.WantsFinalPass;
        if (Canonicalizes(values))
        {
            isFinal = true;
            host = Canonicalize(values, environment, host);
        }

        if (isFinal)
        {
            values.Set("hostname", host);
            reader.Host = host;
            reader.IsFinalPass = true;
            ReadFiles(reader, request, environment);
        }

        return Build(values, environment, request, host);
    }

    private static void ReadFiles(SshConfigReader reader, SshConfigRequest request, SshConfigEnvironment environment)
    {
        if (request.ConfigFile is { } file)
        {
            if (!file.Equals("none", StringComparison.OrdinalIgnoreCase) && !reader.ReadFile(file, isUser: true, checkPermissions: false))
            {
                throw new TunnelException(TunnelError.BadConfiguration, $"Can't open user config file {file}: No such file or directory");
            }

            return;
        }

        reader.ReadFile(Path.Combine(environment.HomeDirectory, ".ssh", "config"), isUser: true, checkPermissions: true);
        reader.ReadFile(Path.Combine(environment.SystemDirectory, "ssh_config"), isUser: false, checkPermissions: false);
    }

    private static bool Canonicalizes(SshConfigValues values) => values.Get("canonicalizehostname", CanonicalizeHostname.No) switch
    {
        CanonicalizeHostname.Always => true,
        CanonicalizeHostname.Yes => values.Get<IReadOnlyList<SshDestination>>("proxyjump", []).Count == 0 && values.Get("proxycommand", "none").Equals("none", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    // ssh_config(5), CanonicalizeHostname
    private static string Canonicalize(SshConfigValues values, SshConfigEnvironment environment, string host)
    {
        if (IPAddress.TryParse(host, out _))
        {
            return host;
        }

        bool isRooted = host.EndsWith('.');
        if (!isRooted && host.Count(c => c == '.') > values.Get("canonicalizemaxdots", 1))
        {
            return environment.FindCanonicalName(host) is { } there ? FollowAlias(values, host, there) : host;
        }

        foreach (string domain in isRooted ? [""] : values.Get<IReadOnlyList<string>>("canonicaldomains", []).Where(d => d != "none"))
        {
            string name = isRooted ? host.TrimEnd('.') : $"{host}.{domain.TrimStart('.')}";
            if (environment.FindCanonicalName(name) is { } canonical)
            {
                return FollowAlias(values, name, canonical);
            }
        }

        return values.Get("canonicalizefallbacklocal", true)
            ? host
            : throw new TunnelException(TunnelError.NameNotResolved, $"{host}: Could not resolve host \"{host}\" in any of CanonicalDomains");
    }

    private static string FollowAlias(SshConfigValues values, string name, string canonical)
    {
        canonical = canonical.TrimEnd('.').ToLowerInvariant();
        foreach (string rule in values.Get<IReadOnlyList<string>>("canonicalizepermittedcnames", []))
        {
            if (rule.Split(':') is [var source, var target] && SshPattern.IsListMatch(name, source.ToLowerInvariant()) && SshPattern.IsListMatch(canonical, target.ToLowerInvariant()))
            {
                return canonical;
            }
        }

        return name.ToLowerInvariant();
    }
}
