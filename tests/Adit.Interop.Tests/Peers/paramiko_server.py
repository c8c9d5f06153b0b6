"""A paramiko server that permits direct-tcpip and tcpip-forward. usage: paramiko_server.py ADDRESS PORT HOST_KEY AUTHORIZED_KEYS"""
import base64
import socket
import sys
import threading

import paramiko

from paramiko_relay import load_key, relay

address, port, host_key, authorized_keys = sys.argv[1:]
with open(authorized_keys) as lines:
    accepted = [base64.b64decode(line.split()[1]) for line in lines if line.strip()]


class Server(paramiko.ServerInterface):
    def __init__(self, transport):
        self.transport = transport
        self.targets = {}
        self.listeners = {}

    def get_allowed_auths(self, username):
        return "publickey"

    def check_auth_publickey(self, username, key):
        return paramiko.AUTH_SUCCESSFUL if key.asbytes() in accepted else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_exec_request(self, channel, command):
        def answer():
            channel.sendall(b"paramiko\n")
            channel.send_exit_status(0)
            channel.close()

        threading.Thread(target=answer, daemon=True).start()
        return True

    def check_channel_direct_tcpip_request(self, chanid, origin, destination):
        try:
            self.targets[chanid] = socket.create_connection(destination, timeout=10)
        except OSError:
            return paramiko.OPEN_FAILED_CONNECT_FAILED
        self.targets[chanid].settimeout(None)
        return paramiko.OPEN_SUCCEEDED

    def check_port_forward_request(self, listen_address, listen_port):
        listener = socket.create_server((listen_address if listen_address != "localhost" else "127.0.0.1", listen_port))
        bound = listener.getsockname()[1]
        self.listeners[bound] = listener
        threading.Thread(target=self.accept, args=(listener, (listen_address, bound)), daemon=True).start()
        return bound

    def cancel_port_forward_request(self, listen_address, listen_port):
        listener = self.listeners.pop(listen_port, None)
        if listener:
            listener.close()

    def accept(self, listener, bound):
        while True:
            try:
                client, origin = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.forward, args=(client, origin[:2], bound), daemon=True).start()

    def forward(self, client, origin, bound):
        try:
            relay(client, self.transport.open_forwarded_tcpip_channel(origin, bound))
        except paramiko.SSHException:
            client.close()


def serve(client):
    transport = paramiko.Transport(client)
    transport.add_server_key(load_key(host_key))
    server = Server(transport)
    try:
        transport.start_server(server=server)
    except (paramiko.SSHException, EOFError, OSError) as error:
        print("session:", error, file=sys.stderr, flush=True)
        return
    while transport.is_active():
        channel = transport.accept(1)
        if channel is not None and channel.get_id() in server.targets:
            target = server.targets.pop(channel.get_id())
            threading.Thread(target=relay, args=(target, channel), daemon=True).start()
    for listener in server.listeners.values():
        listener.close()


family = socket.AF_INET6 if ":" in address else socket.AF_INET
listener = socket.create_server((address, int(port)), family=family, backlog=64)
print("ready", port, flush=True)
while True:
    client, _ = listener.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
