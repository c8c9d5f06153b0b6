# A SOCKS5 UDP ASSOCIATE client. usage: socks_udp.py PROXYHOST PROXYPORT HOST PORT COUNT
# Sends COUNT datagrams of growing length to an echo server, and prints "ok COUNT" if each came back.
import os
import socket
import struct
import sys

proxy, proxy_port, host, port, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
control = socket.create_connection((proxy, proxy_port), 20)
control.sendall(b"\x05\x01\x00")
assert control.recv(2) == b"\x05\x00"
control.sendall(b"\x05\x03\x00\x01" + bytes(6))
reply = control.recv(64)
assert reply[1] == 0, reply
assert reply[3] == 1, reply
relay = (socket.inet_ntoa(reply[4:8]), struct.unpack("!H", reply[8:10])[0])
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.settimeout(20)
name = host.encode()
header = b"\0\0\0\x03" + bytes([len(name)]) + name + struct.pack("!H", port)
for i in range(count):
    data = os.urandom(1 + i * 97 % 1400)
    udp.sendto(header + data, relay)
    answer, source = udp.recvfrom(65535)
    assert source == relay, source
    assert answer[:4] == b"\0\0\0\x01", answer[:4]
    assert answer[10:] == data
print("ok", count)
