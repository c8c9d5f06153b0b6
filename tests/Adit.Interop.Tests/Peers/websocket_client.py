"""Joins standard input and output with a WebSocket: websocket_client.py URL. Binary messages; certificates are not judged."""
import asyncio
import os
import ssl
import sys

import websockets


async def main(url):
    context = None
    if url.startswith("wss:"):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    async with websockets.connect(url, ssl=context, max_size=None, compression=None) as socket:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=1 << 20)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb", buffering=0))

        async def up():
            while octets := await reader.read(65536):
                await socket.send(octets)
            await socket.send("")  # the end of a direction
            await socket.close()

        async def down():
            async for message in socket:
                octets = message if isinstance(message, bytes) else message.encode()
                while octets:
                    octets = octets[os.write(1, octets):]

        done, _ = await asyncio.wait([asyncio.ensure_future(up()), asyncio.ensure_future(down())], return_when=asyncio.FIRST_COMPLETED)


asyncio.run(main(sys.argv[1]))
