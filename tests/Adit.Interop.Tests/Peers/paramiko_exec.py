"""A paramiko client that runs commands at once over one connection, and checks their streams and statuses.
usage: paramiko_exec.py HOST PORT USER IDENTITY KNOWN_HOSTS COUNT"""
import sys

import paramiko

from paramiko_relay import load_key

host, port, user, identity, known_hosts, count = sys.argv[1:]
client = paramiko.SSHClient()
client.load_host_keys(known_hosts)
client.connect(host, int(port), user, pkey=load_key(identity), allow_agent=False, look_for_keys=False, timeout=30)

runs = [client.exec_command(f"cat; echo error {i} >&2; exit {i}", timeout=30) for i in range(int(count))]
right = 0
for i, (stdin, stdout, stderr) in enumerate(runs):
    stdin.write(f"input {i}\n" * 1000)
    stdin.channel.shutdown_write()
    output, error, status = stdout.read().decode(), stderr.read().decode(), stdout.channel.recv_exit_status()
    if (output, error, status) == (f"input {i}\n" * 1000, f"error {i}\n", i):
        right += 1
    else:
        print(i, output[:100], error, status, file=sys.stderr)
print(right, "right")
client.close()
