using System.Net;
using System.Net.Sockets;
using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Lab;
using Adit.Carriers.Sms.Smpp;
using Adit.Core.Streams;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sms;

/// <summary>kannel as another ESME at the laboratory's centre: a second opinion on what both ends of ours write, header and octets.</summary>
public sealed class KannelTests
{
    [Fact]
    public async Task OctetsWithHeader_BothWaysExactly()
    {
        PeerRequired.Installed("bearerbox", "smsbox", "curl");
        await using LabCentre centre = LabCentre.Start(new LabCentreOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        using var folder = new PeerFolder("kannel");
        using var web = new TcpListener(IPAddress.Loopback, 0);
        web.Start();
        (int admin, int box, int send) = (FreePort(), FreePort(), FreePort());
        await File.WriteAllTextAsync(folder["kannel.conf"], $"""
            group = core
            admin-port = {admin}
            admin-password = x
            smsbox-port = {box}
            box-allow-ip = 127.0.0.1
            log-file = {folder["bearerbox.log"]}
            log-level = 0

            group = smsc
            smsc = smpp
            smsc-id = lab
            host = 127.0.0.1
            port = {centre.EndPoint.Port}
            transceiver-mode = true
            smsc-username = 4900000009
            smsc-password = x
            system-type =
            address-range =
            source-addr-ton = 1
            source-addr-npi = 1
            dest-addr-ton = 1
            dest-addr-npi = 1

            group = smsbox
            bearerbox-host = 127.0.0.1
            bearerbox-port = {box}
            sendsms-port = {send}
            log-file = {folder["smsbox.log"]}
            log-level = 0

            group = sendsms-user
            username = u
            password = p
            omit-empty = true

            group = sms-service
            keyword = default
            catch-all = true
            accept-x-kannel-headers = true
            max-messages = 0
            get-url = "http://127.0.0.1:{((IPEndPoint)web.LocalEndpoint).Port}/in?from=%p&text=%b&udh=%u&coding=%c"

            """.Replace("            ", ""));
        await using PeerProcess bearer = await PeerProcess.StartAsync(InstalledPeers.Find("bearerbox"), folder["kannel.conf"]);
        await WaitAsync(() => centre.SessionCount == 1, "kannel's bind");
        await using PeerProcess box1 = await PeerProcess.StartAsync(InstalledPeers.Find("smsbox"), folder["kannel.conf"]);
        var carrier = new SmsCarrierOptions { Port = 16_000 };
        await using SmppLink link = await SmppLink.OpenAsync(
            new SmppLinkOptions { Name = "test", Host = "127.0.0.1", Port = centre.EndPoint.Port, SystemId = "4900000001", From = "+4900000001", Carrier = carrier }, new SocketDialer());
        byte[] octets = [0x10, .. Enumerable.Range(0, 132).Select(i => (byte)(i * 7))];

        // From kannel: 8 bit (coding 1), the header and every octet as we have them.
        string text = string.Concat(octets.Select(o => $"%{o:x2}"));
        string url = $"http://127.0.0.1:{send}/cgi-bin/sendsms?username=u&password=p&from=4900000009&to=4900000001&coding=1&udh=%06%05%04%3e%80%3e%80&text={text}";
        await WaitAsync(async () => (await ProcessRunner.RunAsync("curl", "-s", "-g", url)).Text.StartsWith("0: Accepted", StringComparison.Ordinal), "kannel to accept a message");
        SmsArrival arrival = await link.Received.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(octets, arrival.Datagram);
        Assert.True(SmsNumbers.AreSame("4900000009", arrival.Number));

        // To kannel.
        await link.SendAsync("+4900000009", octets, SmsForm.Octets);
        using TcpClient client = await web.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(30));
        using var reader = new StreamReader(client.GetStream());
        string request = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) ?? "";
        await client.GetStream().WriteAsync("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        Dictionary<string, string> query = request.Split(' ')[1].Split('?')[1].Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(Decoded(query["text"])));
        Assert.Equal("0605043E803E80", Convert.ToHexString(Decoded(query["udh"])));
        Assert.Equal("1", query["coding"]);
    }

    private static byte[] Decoded(string text)
    {
        var octets = new List<byte>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%')
            {
                octets.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                octets.Add(text[i] == '+' ? (byte)' ' : (byte)text[i]);
            }
        }

        return [.. octets];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static Task WaitAsync(Func<bool> until, string what) => WaitAsync(() => Task.FromResult(until()), what);

    private static async Task WaitAsync(Func<Task<bool>> until, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await until())
        {
            if (patience.IsCancellationRequested) Assert.Fail($"expected {what} within 30 s");
            await Task.Delay(50);
        }
    }
}
