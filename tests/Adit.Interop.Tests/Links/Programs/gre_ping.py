"""gre_ping LOCAL REMOTE KEY FROM TO: an echo request by scapy within GRE with a key, from a raw socket; prints "answered" when the answer is right."""
import socket, sys
from scapy.all import GRE, ICMP, IP, Raw, raw

local, remote, key, source, to = sys.argv[1:]
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
sock.bind((local, 0))
sock.settimeout(10)
data = bytes(range(256))
sock.sendto(raw(GRE(key_present=1, key=int(key), proto=0x0800) / IP(src=source, dst=to) / ICMP(id=7, seq=1) / Raw(data)), (remote, 0))
while True:
    answer = IP(sock.recv(65535))
    if answer[GRE].key == int(key) and ICMP in answer and answer[ICMP].type == 0:
        assert answer.getlayer(IP, 2).src == to and bytes(answer[Raw]) == data
        print("answered")
        break
