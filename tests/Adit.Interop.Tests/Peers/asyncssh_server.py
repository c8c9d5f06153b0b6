"""An asyncssh server that permits every forwarding. usage: asyncssh_server.py ADDRESS PORT HOST_KEY AUTHORIZED_KEYS"""
import asyncio
import sys

import asyncssh

address, port, host_key, authorized_keys = sys.argv[1:]


class Server(asyncssh.SSHServer):
    def connection_requested(self, dest_host, dest_port, orig_host, orig_port):
        return True

    def server_requested(self, listen_host, listen_port):
        return True

    def unix_connection_requested(self, dest_path):
        return True

    def unix_server_requested(self, listen_path):
        return True


def session(process):
    process.stdout.write("asyncssh\n")
    process.exit(0)


async def main():
    server = await asyncssh.create_server(
        Server, address, int(port), server_host_keys=[host_key], authorized_client_keys=authorized_keys, process_factory=session)
    print("ready", port, flush=True)
    await server.wait_closed()


asyncio.run(main())
