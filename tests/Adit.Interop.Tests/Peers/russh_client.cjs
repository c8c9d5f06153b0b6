// A client on russh: logs in, opens a channel to a target, sends standard input and prints what comes back, as many octets as it sent.
// usage: russh_client.cjs MODULES HOST PORT USER KEYFILE HOSTKEY KEX TARGETHOST TARGETPORT
const { createRequire } = require('node:module');
const [modules, host, port, user, keyFile, hostKey, kex, targetHost, targetPort] = process.argv.slice(2);
const russh = createRequire(modules + '/')('russh');
const fs = require('node:fs');

async function main() {
    const input = fs.readFileSync(0);
    const transport = await russh.SshTransport.newSocket(`${host}:${port}`);
    const client = await russh.SSHClient.connect(transport, async (key) => key.base64() === hostKey, { preferred: { kex: [kex] } });
    const key = await russh.KeyPair.parse(fs.readFileSync(keyFile, 'utf8'));
    const session = await client.authenticateWithKeyPair(user, key, null);
    if (!(session instanceof russh.AuthenticatedSSHClient)) throw new Error('login: refused');
    const opened = await session.openTCPForwardChannel({ addressToConnectTo: targetHost, portToConnectTo: Number(targetPort), originatorAddress: '127.0.0.1', originatorPort: 0 });
    const channel = await session.activateChannel(opened);
    let received = 0;
    const parts = [];
    const done = new Promise((resolve) => channel.data$.subscribe((octets) => {
        parts.push(Buffer.from(octets));
        received += octets.length;
        if (received >= input.length) resolve();
    }));
    for (let at = 0; at < input.length; at += 32768) await channel.write(input.subarray(at, at + 32768));
    await done;
    await session.disconnect();
    await new Promise((resolve) => process.stdout.write(Buffer.concat(parts), resolve));
}

main().then(() => process.exit(0), (error) => {
    console.error(String(error && error.message || error));
    process.exit(1);
});
