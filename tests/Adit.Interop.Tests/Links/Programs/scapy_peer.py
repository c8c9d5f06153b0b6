"""scapy_peer INTERFACE MAC TAP: a peer that sends exactly what it is told and shows all that comes. One request a line in JSON, one answer a line:
{"packets": [EXPRESSION…], "marker": TEXT, "see": [EXPRESSION…], "seconds": N} sends the packets (expressions of scapy, each from IP or Ethernet up) and answers with
{"seen": [[VALUE…]…]}: for every packet that came from the first one sent until one with the marker in it (that one as well), what "see" says of it (p is the frame).
Frames go to MAC; in expressions, tap is TAP, next(count) is a number larger than the last, and nested(N, WRAP, PACKET) puts a packet into N headers.
{"packet": EXPRESSION, "times": N, "seed": N} sends a packet with accidents within.
Neighbour discovery and what this machine sends by itself do not count. What arrives is swallowed here, so that the kernel does not answer it."""
import itertools, json, select, socket, sys, time
from scapy.all import *
from scapy.contrib.etherip import EtherIP
from scapy.contrib.geneve import GENEVE, GeneveOptions

count = itertools.count(100)
interface, mac, tap = sys.argv[1:]
line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))  # ETH_P_ALL
line.bind((interface, 0))
swallowing = []
for protocol in (4, 41, 47, 97):
    for family in (socket.AF_INET, socket.AF_INET6):
        swallowing.append(socket.socket(family, socket.SOCK_RAW, protocol))
for port in (4789, 6081, 5001):
    for family in (socket.AF_INET, socket.AF_INET6):
        s = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind(("", port))
        swallowing.append(s)
for s in swallowing:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # nobody reads it


def nested(depth, wrap, packet):
    for _ in range(depth):
        packet = type(packet)(raw(wrap(packet)))
    return packet


def counts(p):
    """Whether a frame is no chatter of the kernel's about neighbours and groups."""
    if ARP in p and not (GRE in p or EtherIP in p or UDP in p):
        return False
    if IPv6 in p and p[IPv6].nh in (0, 58) and not isinstance(p[IPv6].payload, (ICMPv6EchoRequest, ICMPv6EchoReply, ICMPv6DestUnreach, ICMPv6PacketTooBig, ICMPv6TimeExceeded, ICMPv6ParamProblem)):
        return False
    return True


def exchange(packets, marker, see=(), seconds=10):
    while select.select([line], [], [], 0)[0]:
        line.recv(65600)
    for expression in packets:
        made = eval(expression)
        for p in made if isinstance(made, list) else [made]:
            line.send(raw(Ether(dst=mac, type=0x86DD if isinstance(p, IPv6) else 0x0800) / p))
    seen, deadline = [], time.monotonic() + seconds
    while select.select([line], [], [], max(0, deadline - time.monotonic()))[0]:
        data, origin = line.recvfrom(65600)
        if origin[2] == 4:  # PACKET_OUTGOING
            continue
        p = Ether(data)
        if not counts(p):
            continue
        values = []
        for expression in see:
            try:
                values.append(str(eval(expression, globals(), {"p": p, "data": data})))
            except Exception as e:
                values.append(f"{type(e).__name__}: {e}")
        seen.append(values or [p.summary()])
        if marker.encode() in data:
            return {"seen": seen}
    return {"seen": seen, "error": f"no packet with {marker!r} after {seconds} s; {len(seen)} others: {seen[:8]}"}


def mutate(packet, times, seed):
    """Sends a packet so often with some of what follows its outer IP header changed, cut off or repeated."""
    chance = random.Random(seed)
    made = eval(packet)
    frame = bytearray(raw(Ether(dst=mac, type=0x86DD if isinstance(made, IPv6) else 0x0800) / made))
    first = 14 + (40 if isinstance(made, IPv6) else 20) + (8 if UDP in made and made[UDP].dport in (4789, 6081, 5001) else 0)
    for _ in range(times):
        body = bytearray(frame[first:])
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            at = chance.randrange(len(body))
            body[at] = chance.choice((0, 255, 127, 128, body[at] ^ 1 << chance.randrange(8), chance.randrange(256)))
        if chance.random() < 0.3:
            del body[chance.randrange(1, len(body)):]
        elif chance.random() < 0.1:
            body *= 2
        head = bytearray(frame[:first])
        length = first - 14 + len(body)
        if frame[14] >> 4 == 4:
            head[16:18] = length.to_bytes(2, "big")
            head[24:26] = b"\0\0"
            head[24:26] = checksum(bytes(head[14:34])).to_bytes(2, "big")
        else:
            head[18:20] = (length - 40).to_bytes(2, "big")
        if first not in (34, 54):
            head[-4:-2] = (8 + len(body)).to_bytes(2, "big")
            head[-2:] = b"\0\0"  # no checksum of UDP's
        line.send(bytes(head + body))
    return {"seen": []}


print("ready", flush=True)
for request in sys.stdin:
    try:
        request = json.loads(request)
        answer = mutate(**request) if "times" in request else exchange(**request)
    except Exception as e:
        answer = {"error": f"{type(e).__name__}: {e}"}
    print(json.dumps(answer), flush=True)
