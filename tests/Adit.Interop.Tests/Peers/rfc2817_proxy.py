"""An HTTP proxy that takes CONNECT only after it upgraded the connection to TLS (RFC 2817), with Basic. Prints what came in the clear."""
import base64
import socket
import ssl
import sys
import threading

certificate, key, user, password = sys.argv[1:5]
stray = sys.argv[5].encode() if len(sys.argv) > 5 else b""
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
expected = b"Basic " + base64.b64encode(f"{user}:{password}".encode())


def head(stream):
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        octet = stream.recv(1)
        if not octet:
            return None
        data += octet
    return data


def pump(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    try:
        sink.unwrap() if isinstance(sink, ssl.SSLSocket) else sink.shutdown(socket.SHUT_WR)
    except (OSError, ValueError):
        pass


def serve(stream):
    with stream:
        clear = head(stream)
        print("clear", repr(clear), flush=True)
        if clear is None or b"Upgrade: TLS/" not in clear:
            stream.sendall(b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n")
            return
        stream.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade\r\n\r\n" + stray)
        with context.wrap_socket(stream, server_side=True) as secret:
            secret.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            while True:
                request = head(secret)
                if request is None:
                    return
                lines = request.split(b"\r\n")
                if b"Proxy-Authorization: " + expected not in lines:
                    secret.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 5\r\n\r\nsorry")
                    continue
                host, port = lines[0].split(b" ")[1].rsplit(b":", 1)
                target = socket.create_connection((host.decode().strip("[]"), int(port)))
                secret.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                there = threading.Thread(target=pump, args=(secret, target), daemon=True)
                there.start()
                pump(target, secret)
                there.join()
                return


listener = socket.create_server(("127.0.0.1", 0))
print("ready", listener.getsockname()[1], flush=True)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
