"""A paramiko client with one forward.
usage: paramiko_client.py HOST PORT USER IDENTITY KNOWN_HOSTS local|remote TARGET_HOST TARGET_PORT"""
import socket
import sys
import threading

import paramiko

from paramiko_relay import load_key, relay

host, port, user, identity, known_hosts, direction, target_host, target_port = sys.argv[1:]
target = (target_host, int(target_port))

client = paramiko.SSHClient()
client.load_host_keys(known_hosts)
client.connect(host, int(port), user, pkey=load_key(identity), allow_agent=False, look_for_keys=False, timeout=30)
transport = client.get_transport()


def forward_local(connection, origin):
    try:
        relay(connection, transport.open_channel("direct-tcpip", target, origin[:2]))
    except paramiko.SSHException:
        connection.close()


def forward_remote(channel):
    try:
        relay(socket.create_connection(target), channel)
    except OSError:
        channel.close()


if direction == "local":
    listener = socket.create_server(("127.0.0.1", 0))
    print("ready", listener.getsockname()[1], flush=True)
    while True:
        connection, origin = listener.accept()
        threading.Thread(target=forward_local, args=(connection, origin), daemon=True).start()
else:
    print("ready", transport.request_port_forward("127.0.0.1", 0), flush=True)
    while transport.is_active():
        channel = transport.accept(1)
        if channel is not None:
            threading.Thread(target=forward_remote, args=(channel,), daemon=True).start()
