"""An asyncssh server that asks for secrets. usage: asyncssh_secrets.py ADDRESS PORT HOST_KEY FILE (FILE: password or keyboard-interactive)"""
import asyncio
import sys

import asyncssh

address, port, host_key, wanted = sys.argv[1:]
method = open(wanted).read().strip()


class Server(asyncssh.SSHServer):
    def begin_auth(self, username):
        return True

    def public_key_auth_supported(self):
        return False

    def password_auth_supported(self):
        return method == "password"

    def validate_password(self, username, password):
        return (username, password) == ("alice", "wonderland")

    def kbdint_auth_supported(self):
        return method == "keyboard-interactive"

    def get_kbdint_challenge(self, username, lang, submethods):
        return "Two questions", "Answer both", "", [("Password: ", False), ("Code: ", True)]

    def validate_kbdint_response(self, username, responses):
        return username == "alice" and list(responses) == ["wonderland", "42"]


def session(process):
    process.stdout.write("let in\n")
    process.exit(0)


async def main():
    server = await asyncssh.create_server(Server, address, int(port), server_host_keys=[host_key], process_factory=session)
    print("ready", port, flush=True)
    await server.wait_closed()


asyncio.run(main())
