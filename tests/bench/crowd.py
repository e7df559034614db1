# crowd.py: crowd.c's dialogs with Python's asyncio: what a script would do.
#   python3 crowd.py ADDRESS PORT SESSIONS AT-ONCE
import asyncio
import sys

STEPS = ["EHLO client.example", "MAIL FROM:<a@client.example>",
         "RCPT TO:<b@client.example>", "RSET", "QUIT"]


async def reply(reader):
    while True:
        line = await reader.readline()
        if line[3:4] != b"-":
            if line[:1] != b"2":
                sys.exit(1)
            return


async def session(address, port):
    reader, writer = await asyncio.open_connection(address, port)
    await reply(reader)
    for step in STEPS:
        writer.write(step.encode() + b"\r\n")
        await reply(reader)
    writer.close()


async def main(address, port, sessions, at_once):
    todo = iter(range(int(sessions)))

    async def worker():
        for _ in todo:
            await session(address, int(port))

    await asyncio.gather(*(worker() for _ in range(int(at_once))))

asyncio.run(main(*sys.argv[1:]))
