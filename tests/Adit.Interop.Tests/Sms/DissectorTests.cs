using System.Text;
using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Smpp;
using Adit.TestKit.Peers;
using Adit.Wire.Smpp;
using Adit.Wire.Sms;

namespace Adit.Interop.Tests.Sms;

/// <summary>What we write, in tshark's words.</summary>
public sealed class DissectorTests
{
    [Fact]
    public async Task Smpp_EachFieldIsWhatWeMeant()
    {
        PeerRequired.Installed("tshark", "text2pcap");
        using var folder = new PeerFolder("dissector");
        var options = new SmppLinkOptions { Name = "x", Host = "h", SystemId = "4917000002", Password = "pw", From = "+4917000002", Carrier = new SmsCarrierOptions { Port = 16_000 } };
        var engine = new SmppEngine(options, SmppCommand.BindTransceiver, new SmsPacer(10, 10), 0);
        byte[] bind = engine.Output.Take();
        byte[] answer = new byte[32];
        int length = SmppPdu.WriteText(answer, SmppCommand.BindTransceiverResponse, SmppStatus.Ok, 1, "c");
        engine.Receive(answer.AsSpan(0, length), 0);
        engine.Submit("+4917000001", [0x10, 0xab, 0xcd], SmsForm.Octets, 0);
        string[] fields = ["smpp.command_id", "smpp.system_id", "smpp.destination_addr", "smpp.source_addr", "smpp.esm.submit.features", "smpp.data_coding", "smpp.validity_period_r", "smpp.sm_length", "smpp.esm.submit.msg_type", "_ws.malformed"];
        string text = await DecodeAsync(folder, [bind, engine.Output.Take()], "-T", "-", ["-d", "tcp.port==2775,smpp"], fields);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("0x00000009\t4917000002\t", lines[0], StringComparison.Ordinal);
        string[] submit = lines[1].Split('\t');
        Assert.Equal("0x00000004", submit[0]);
        Assert.Equal(("4917000001", "4917000002"), (submit[2], submit[3]));
        Assert.Equal("10", submit[7]);
        Assert.All(lines, l => Assert.Equal("", l.Split('\t')[^1]));
        TestContext.Current.TestOutputHelper?.WriteLine(text);
    }

    [Fact]
    public async Task Tpdu_EachFieldIsWhatWeMeant()
    {
        PeerRequired.Installed("tshark", "text2pcap");
        using var folder = new PeerFolder("dissector");
        byte[] data = new byte[10];
        SmsPorts.Encode(data, 16_000, 16_000);
        byte[] pdu = Written(data);
        string[] fields = ["gsm_sms.tp-mti", "gsm_sms.tp-da", "gsm_sms.tp-dcs", "gsm_sms.tp-udhi", "gsm_sms.tp-vpf", "gsm_sms.tp.user_data_length", "gsm_sms.destination_port", "_ws.malformed"];
        string text = await DecodeAsync(folder, [pdu], "-l", "147", ["-o", "uat:user_dlts:\"User 0 (DLT=147)\",\"gsm_sms\",\"0\",\"\",\"0\",\"\""], fields);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        Assert.Equal("1\t4917000001\t4\t1\t2\t10\t16000\t", text.TrimEnd('\n'));

        static byte[] Written(byte[] data)
        {
            Assert.True(SmsNumber.TryParse("+4917000001", out SmsNumber to));
            var submit = new SmsSubmit { Destination = to, Coding = SmsCoding.Octets, Validity = 0, HasHeader = true, UserDataLength = data.Length, UserData = data };
            byte[] pdu = new byte[submit.EncodedLength];
            submit.Encode(pdu);
            return pdu;
        }
    }

    private static async Task<string> DecodeAsync(PeerFolder folder, IReadOnlyList<byte[]> packets, string kind, string value, string[] how, string[] fields)
    {
        var dump = new StringBuilder();
        foreach (byte[] packet in packets)
        {
            if (kind != "-T") dump.Append("I\n"); // tshark takes the network's side: inbound is from the telephone
            for (int i = 0; i < packet.Length; i += 16) dump.Append($"{i:x6} {string.Join(' ', packet.Skip(i).Take(16).Select(o => o.ToString("x2")))}\n");
            dump.Append('\n');
        }

        await File.WriteAllTextAsync(folder["dump"], dump.ToString());
        (await ProcessRunner.RunAsync("text2pcap", kind == "-T" ? ["-q", "-T", "40000,2775", folder["dump"], folder["pcap"]] : ["-q", "-D", kind, value, folder["dump"], folder["pcap"]])).Succeeded();
        return (await ProcessRunner.RunAsync("tshark", ["-r", folder["pcap"], .. how, "-T", "fields", .. fields.SelectMany(f => new[] { "-e", f })])).Succeeded().Text;
    }
}
