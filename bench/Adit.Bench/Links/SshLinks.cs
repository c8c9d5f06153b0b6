using Adit.TestKit.Peers;

namespace Adit.Bench.Links;

/// <summary>"ssh -w" between TUN devices: OpenSSH at both ends, and ours at both ends, with the same cipher.</summary>
internal static class SshLinks
{
    private const string Cipher = "aes128-gcm@openssh.com";

    public static Task<LinkPath> OpenSshAsync(LinkSite site) => OpenAsync(site, "OpenSSH -w", LinkGroup.RivalSsh, null, 71);

    public static Task<LinkPath> OursAsync(LinkSite site) => OpenAsync(site, "adit ssh -w", LinkGroup.Ssh, AditProgram.ExecutablePath, 72);

    private static async Task<LinkPath> OpenAsync(LinkSite site, string name, LinkGroup group, string? program, int unit)
    {
        (string left, string right) = site.NextAddresses();
        AditProgram home = site.Own(new AditProgram("bench"));
        SshKeyFile identity = await SshKeyFile.GenerateAsync(home.Folder, "identity");
        OpenSshServer server = site.Own(await OpenSshServer.StartAsync(new OpenSshServerOptions
        {
            AuthorizedKeys = [identity.PublicLine],
            Config = ["PermitTunnel yes"],
            Address = site.Right.Address4,
            Port = 2200 + unit,
            Namespace = site.Right.Name,
            Program = program,
            Verb = program is null ? [] : ["sshd"],
        }));
        OpenSshClient client = new(server.Target, identity) { Namespace = site.Left.Name, Program = program, Verb = program is null ? [] : ["ssh"], Environment = home.Environment };
        PeerProcess process = site.Own(await PeerProcess.StartAsync(client.Command(["-N", "-c", Cipher, "-w", $"{unit}:{unit}"])));
        await LinkSite.AddressAsync(site.Left, $"tun{unit}", left, null, process);
        await LinkSite.AddressAsync(site.Right, $"tun{unit}", right, null, process);
        return new LinkPath(name, group, right, [process, server.Process]);
    }
}
