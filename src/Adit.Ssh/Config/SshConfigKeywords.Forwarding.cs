namespace Adit.Ssh.Config;

internal static partial class SshConfigKeywords
{
    private static void AddForwarding(Dictionary<string, Reader> table)
    {
        table["localforward"] = Append(line =>
        {
            string listen = line.Next();
            string target = line.HasMore ? line.Next() : throw line.Error("Missing target argument.");
            return Guard(line, () => ForwardSpec.ParseLocal($"{listen}:{target}"));
        });
        table["remoteforward"] = Append(line =>
        {
            string listen = line.Next();
            string specification = line.HasMore ? $"{listen}:{line.Next()}" : listen;
            return Guard(line, () => ForwardSpec.ParseRemote(specification));
        });
        table["dynamicforward"] = Append(line =>
        {
            string listen = line.Next();
            return Guard(line, () => ForwardSpec.ParseDynamic(listen));
        });
        table["clearallforwardings"] = First(Flag);
        table["exitonforwardfailure"] = First(Flag);
        table["gatewayports"] = First(Flag);
        table["permitremoteopen"] = (key, line, values) => values.SetFirst(key, Guard(line, () => Config.PermitRemoteOpen.Parse(line.All())));
        table["streamlocalbindunlink"] = First(Flag);
        table["streamlocalbindmask"] = First(line =>
        {
            string mask = line.Next();
            return mask.Length <= 4 && mask.All(c => c is >= '0' and <= '7') && Convert.ToInt32(mask, 8) is <= 0x1FF and var value ? value : throw line.Error("Bad mask.");
        });
        table["forwardagent"] = First(line => line.Next() is var word && word.ToLowerInvariant() is "yes" or "true" ? "yes" : word.ToLowerInvariant() is "no" or "false" ? "no" : word);
        table["forwardx11"] = First(Flag);
        table["tunneldevice"] = First(line => TunnelUnits.TryParse(line.Next(), out TunnelUnits? units) ? units : throw line.Error("Bad tun device."));
        table["tunnel"] = First(line => line.Choice(("ethernet", "ethernet"), ("point-to-point", "point-to-point"), ("true", "point-to-point"), ("yes", "point-to-point"), ("no", "no"), ("false", "no")));
    }
}
