"""An asyncssh client with one forward.
usage: asyncssh_client.py HOST PORT USER IDENTITY KNOWN_HOSTS local|remote TARGET_HOST TARGET_PORT"""
import asyncio
import sys

import asyncssh

host, port, user, identity, known_hosts, direction, target_host, target_port = sys.argv[1:]


async def main():
    connection = await asyncssh.connect(
        host, int(port), username=user, client_keys=[identity], known_hosts=known_hosts, config=None, agent_path=None)
    async with connection:
        forward = connection.forward_local_port if direction == "local" else connection.forward_remote_port
        listener = await forward("127.0.0.1", 0, target_host, int(target_port))
        print("ready", listener.get_port(), flush=True)
        await listener.wait_closed()


asyncio.run(main())
