# A client of RFC 2817, before CONNECT. usage: rfc2817_client.py PROXYPORT HOST PORT TEXT
# Asks for CONNECT with Upgrade: TLS/1.2, goes on inside TLS, sends TEXT through the tunnel, ends its direction, and prints what comes back.
import socket
import ssl
import sys

proxy_port, host, port, text = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
plain = socket.create_connection(("127.0.0.1", proxy_port), 20)
plain.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: TLS/1.2\r\nConnection: Upgrade\r\n\r\n".encode())
head = b""
while not head.endswith(b"\r\n\r\n"):
    head += plain.recv(1)
assert head.startswith(b"HTTP/1.1 101 "), head
assert b"\r\nUpgrade: TLS/1.2, HTTP/1.1\r\n" in head, head
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
tls = context.wrap_socket(plain)
head = b""
while not head.endswith(b"\r\n\r\n"):
    head += tls.recv(1)
assert head.startswith(b"HTTP/1.1 200 "), head
tls.sendall(text.encode())
answer = b""
while len(answer) < len(text):
    answer += tls.recv(4096)
print(tls.version(), answer.decode())
