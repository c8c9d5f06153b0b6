# GSM modems on pseudo-terminals, joined by a network of their own: modems.py COUNT [loss duplicates reorder scale seed busy]
# Each has the number 49170000000N. Prints "ready PATH PATH ..."; a line on standard input is answered with the counts.
# loss and duplicates are shares, reorder seconds, scale how many times faster than the world, busy each how manieth message the network has no room for.
import heapq, os, random, select, sys, termios, time, tty

count = int(sys.argv[1])
loss, duplicates, reorder, scale, seed, busy = [float(v) for v in (sys.argv[2:] + [0, 0, 0, 1, 1, 0][len(sys.argv) - 2:])]
chance = random.Random(int(seed))
counts = dict(sent=0, lost=0, delivered=0, busy=0, stored=0)
underway, order = [], 0


def semi(octets, digits):
    text = ''.join('%x%x' % (o & 15, o >> 4) for o in octets)
    return text[:digits]


def swapped(text):
    text += 'F' * (len(text) % 2)
    return bytes(int(text[i + 1] + text[i], 16) for i in range(0, len(text), 2))


class Modem:
    def __init__(self, number):
        self.number = number
        self.master, slave = os.openpty()
        self.path = os.ttyname(slave)
        tty.setraw(slave)
        self.slave = slave  # held open, so that the master has no end when a program closes the line
        os.set_blocking(self.master, False)
        self.reset()
        self.store = {}

    def reset(self):
        self.echo, self.pdu_mode, self.csms, self.mt, self.cmee = True, False, 0, 0, 0
        self.line, self.prompt, self.waiting, self.unacknowledged = b'', None, [], False
        self.out = b''

    def say(self, text):
        self.out += ('\r\n' + text + '\r\n').encode()

    def flush(self):
        while self.out:
            try:
                self.out = self.out[os.write(self.master, self.out):]
            except BlockingIOError:
                return

    def take(self, octets):
        for octet in octets:
            character = bytes([octet])
            if self.prompt is not None:
                if character == b'\x1b':
                    self.prompt = None
                    self.line = b''
                    self.say('OK')
                elif character == b'\x1a':
                    self.submit()
                else:
                    self.line += character
                continue
            if self.echo:
                self.out += character
            if character == b'\r':
                line, self.line = self.line.decode(errors='replace').strip(), b''
                if line:
                    self.command(line)
            elif character == b'\x1b':
                self.line = b''
            elif character != b'\n':
                self.line += character
        self.deliver()

    def error(self, code=None):
        self.say('+CMS ERROR: %d' % code if code is not None and self.cmee else 'ERROR')

    def command(self, line):
        if not line.upper().startswith('AT'):
            return self.error()
        c = line[2:]
        u = c.upper()
        if u in ('', 'Z', '&F', 'E0', 'E1', 'E0V1', 'V1', 'Q0'):
            if u.startswith('E'):
                self.echo = u[1] == '1'
            return self.say('OK')
        for prefix, answer in (
            ('+CGMI', 'Emulated'), ('+CGMM', 'Pty'), ('+CGMR', '1.0'), ('+CGSN', '490154203237518'), ('+CIMI', '262011234567890'), ('I', 'Emulated Pty'),
            ('+CPIN?', '+CPIN: READY'), ('+CSQ', '+CSQ: 20,0'), ('+CREG?', '+CREG: 0,1'), ('+COPS?', '+COPS: 0,2,"26201"'), ('+CSCA?', '+CSCA: "+491710760000",145'),
            ('+CPMS=?', '+CPMS: ("SM"),("SM"),("SM")'), ('+CNMI=?', '+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)'), ('+CMGF=?', '+CMGF: (0)'),
            ('+CSMS?', '+CSMS: %d,1,1,1' % self.csms), ('+CSCS=?', '+CSCS: ("GSM","UCS2")'), ('+CSCS?', '+CSCS: "GSM"'), ('+GCAP', '+GCAP: +CGSM'), ('+CMGF?', '+CMGF: 0'),
        ):
            if u == prefix:
                self.say(answer)
                return self.say('OK')
        name, _, value = u.partition('=')
        if name == '+CMEE' and value in ('0', '1', '2'):
            self.cmee = int(value)
        elif name == '+CSMS' and value in ('0', '1'):
            self.csms = int(value)
            self.say('+CSMS: 1,1,1')
        elif name == '+CMGF':
            if value != '0':
                return self.error(303)
            self.pdu_mode = True
        elif name == '+CFUN' or name == '+CMMS' or name == '+CSCS' or name == '+COPS' or name == '+CREG' or name == '+CSCA':
            pass
        elif name == '+CNMI':
            parts = value.split(',')
            if len(parts) > 1:
                self.mt = int(parts[1])
        elif u.startswith('+CPMS'):
            self.say(('+CPMS: ' + ','.join(['%d,20' % len(self.store)] * 3)) if '=' in u else '+CPMS: ' + ','.join(['"SM",%d,20' % len(self.store)] * 3))
        elif name == '+CMGS':
            self.prompt, self.line = int(value), b''
            self.out += b'\r\n> '
            return
        elif name == '+CMGL':
            for index, (status, pdu) in sorted(self.store.items()):
                self.say('+CMGL: %d,%d,,%d\r\n%s' % (index, status, len(pdu) // 2 - 1 - int(pdu[:2], 16), pdu))
        elif name == '+CMGR':
            if int(value) not in self.store:
                return self.error(321)
            status, pdu = self.store[int(value)]
            self.say('+CMGR: %d,,%d\r\n%s' % (status, len(pdu) // 2 - 1 - int(pdu[:2], 16), pdu))
        elif name == '+CMGD':
            self.store.pop(int(value.split(',')[0]), None)
        elif name == '+CNMA':
            if not self.unacknowledged:
                return self.error(340)
            self.unacknowledged = False
        else:
            return self.error()
        self.say('OK')

    def submit(self):
        length, self.prompt = self.prompt, None
        try:
            pdu = bytes.fromhex(self.line.decode())
        except ValueError:
            self.line = b''
            return self.error(304)
        self.line = b''
        tpdu = pdu[1 + pdu[0]:]
        if len(tpdu) != length or len(tpdu) < 10 or tpdu[0] & 3 != 1:
            return self.error(304)
        counts['sent'] += 1
        if busy and counts['sent'] % int(busy) == 0:
            counts['busy'] += 1
            return self.error(42)
        digits = tpdu[2]
        end = 4 + (digits + 1) // 2
        number = semi(tpdu[4:end], digits)
        rest = tpdu[end:]
        vp = {0: 0, 2: 1}.get(tpdu[0] >> 3 & 3, 7)
        pid, dcs, ud = rest[0], rest[1], rest[2 + vp:]
        stamp = swapped(time.strftime('%y%m%d%H%M%S') + '00')
        deliver = bytes([0x04 | tpdu[0] & 0x40]) + bytes([len(self.number), 0x91]) + swapped(self.number) + bytes([pid, dcs]) + stamp + ud
        self.say('+CMGS: %d' % (counts['sent'] % 256))
        self.say('OK')
        if not any(m.number == number for m in modems):
            return
        if chance.random() < loss:
            counts['lost'] += 1
            return
        for _ in range(2 if chance.random() < duplicates else 1):
            later(number, deliver, reorder * chance.random() / scale)

    def arrive(self, tpdu):
        self.waiting.append(tpdu)
        self.deliver()

    def deliver(self):
        # Never within a prompt; one at a time where each must be acknowledged.
        while self.waiting and self.prompt is None and not self.unacknowledged:
            tpdu = self.waiting.pop(0)
            counts['delivered'] += 1
            pdu = (swapped('491710760000'), tpdu)
            text = '%02X91%s%s' % (1 + len(pdu[0]), pdu[0].hex().upper(), tpdu.hex().upper())
            if self.mt == 2:
                self.say('+CMT: ,%d\r\n%s' % (len(tpdu), text))
                self.unacknowledged = self.csms == 1
            else:
                index = next(i for i in range(1, 1000) if i not in self.store)
                self.store[index] = (0, text)
                counts['stored'] += 1
                if self.mt == 1:
                    self.say('+CMTI: "SM",%d' % index)


def later(number, tpdu, wait):
    global order
    order += 1
    heapq.heappush(underway, (time.monotonic() + wait, order, number, tpdu))


modems = [Modem('49170000000%d' % (i + 1)) for i in range(count)]
print('ready ' + ' '.join(m.path for m in modems), flush=True)
while True:
    now = time.monotonic()
    while underway and underway[0][0] <= now:
        _, _, number, tpdu = heapq.heappop(underway)
        for modem in modems:
            if modem.number == number:
                modem.arrive(tpdu)
    for modem in modems:
        modem.flush()
    wait = max(0, underway[0][0] - time.monotonic()) if underway else 5
    readable, _, _ = select.select([m.master for m in modems] + [sys.stdin], [m.master for m in modems if m.out], [], wait)
    for modem in modems:
        if modem.master in readable:
            try:
                modem.take(os.read(modem.master, 4096))
            except (BlockingIOError, OSError):
                pass
    if sys.stdin in readable:
        line = sys.stdin.readline()
        if not line:
            break
        print(counts, flush=True)
