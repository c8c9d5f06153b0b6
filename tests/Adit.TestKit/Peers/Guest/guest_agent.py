"""What UmlGuest talks to: the last program that the guest's init becomes. One request a line in JSON on the console, one answer a line.

Starting a process costs 20 to 100 ms in the guest, so what tests do often (pings, streams, looking at counters) happens in here."""
import json, os, random, select, socket, struct, subprocess, sys, termios, threading, time, tty

ECHO_PORT = 7


def send_all(sock, data):
    """As much as both directions take: an echo must be read while it is written."""
    sock.setblocking(False)
    sent, got, ended = 0, bytearray(), False
    deadline = time.monotonic() + 30
    while not ended:
        left = deadline - time.monotonic()
        if left < 0:
            raise TimeoutError(f"{sent} octets sent, {len(got)} back after 30 s")
        readable, writable, _ = select.select([sock], [sock] if sent < len(data) else [], [], left)
        if writable:
            sent += sock.send(data[sent:sent + 65536])
            if sent == len(data):
                sock.shutdown(socket.SHUT_WR)
        if readable:
            part = sock.recv(65536)
            got += part
            ended = not part
    return bytes(got)


def serve_echo():
    server = socket.create_server(("::", ECHO_PORT), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)

    def echo(sock):
        with sock:
            try:
                while part := sock.recv(65536):
                    sock.sendall(part)
                sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def accept():
        while True:
            threading.Thread(target=echo, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ping(to, size, count, df=False, source=None, wait=2.0):
    """Echo requests, one after the other, each answer compared octet by octet; what went wrong, or how many came back."""
    six = ":" in to
    with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW, 58 if six else 1) as sock:
        if source:
            sock.bind((source, 0))
        if not six:
            sock.setsockopt(socket.IPPROTO_IP, 10, 2 if df else 0)  # IP_MTU_DISCOVER: IP_PMTUDISC_DO, _DONT
        elif df:
            sock.setsockopt(socket.IPPROTO_IPV6, 62, 1)  # IPV6_DONTFRAG
        sock.connect((to, 0))
        ident = random.randrange(0x10000)
        for number in range(1, count + 1):
            payload = random.randbytes(size)
            message = struct.pack("!BBHHH", 128 if six else 8, 0, 0, ident, number) + payload
            if not six:
                message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
            sock.send(message)
            deadline = time.monotonic() + wait
            while True:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([sock], [], [], left)[0]:
                    raise TimeoutError(f"no answer to echo request {number} of {size} octets from {to}")
                answer = sock.recv(65600)
                if not six:
                    answer = answer[(answer[0] & 15) * 4:]
                if answer[0] == (129 if six else 0) and answer[4:8] == struct.pack("!HH", ident, number):
                    if answer[8:] != payload:
                        raise ValueError(f"the answer to echo request {number} of {size} octets has other octets")
                    break
        return count


def stream(to, port, length, seed):
    """To an echo server: the same octets must come back."""
    data = random.Random(seed).randbytes(length)
    with socket.create_connection((to, port), timeout=10) as sock:
        got = send_all(sock, data)
    if got != data:
        same = next((i for i, (a, b) in enumerate(zip(got, data)) if a != b), min(len(got), len(data)))
        raise ValueError(f"{len(got)} octets of {length} came back, {same} of them right")
    return length


def run(script, input="", seconds=20):
    done = subprocess.run(["/bin/sh", "-c", script], input=input.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
    return {"status": done.returncode, "output": done.stdout.decode(errors="replace")}


REQUESTS = {"run": run, "ping": ping, "stream": stream}


def main():
    console = os.open("/dev/tty1", os.O_RDWR)
    tty.setraw(console)
    serve_echo()
    answer = {"ready": os.uname().release}
    requests = os.fdopen(os.dup(console), "rb", 65536)
    while True:
        data = json.dumps(answer).encode() + b"\n"
        while data:
            data = data[os.write(console, data):]
        request = requests.readline()
        if not request:
            return
        try:
            request = json.loads(request)
            answer = {"result": REQUESTS[request.pop("do")](**request)}
        except Exception as e:
            answer = {"error": f"{type(e).__name__}: {e}"}


main()
