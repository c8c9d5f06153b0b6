"""What the paramiko peers share: reading a key of any kind, and copying both ways with half-close."""
import socket
import threading

import paramiko


def load_key(path):
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key_file(path)
        except (paramiko.SSHException, ValueError):
            continue
    raise SystemExit(f"{path}: expected an ed25519, ecdsa or rsa key")


def relay(sock, channel):
    def outward():
        try:
            while data := sock.recv(65536):
                channel.sendall(data)
            channel.shutdown_write()
        except OSError:
            channel.close()

    outgoing = threading.Thread(target=outward, daemon=True)
    outgoing.start()
    try:
        while data := channel.recv(65536):
            sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    outgoing.join()
    channel.close()
    sock.close()
