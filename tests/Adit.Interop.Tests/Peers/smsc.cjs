// A message centre by npm's smpp: routes messages among ESMEs by number (their system_id, or a source_addr that they used).
// smsc.cjs MODULES {"loss":0.05,"duplicates":0.05,"reorder":60000,"scale":100,"rate":0,"seed":1,"password":null,"old":false}
// Prints "ready PORT"; each line on standard input is answered with the counts as JSON.
const { createRequire } = require('module');
const load = createRequire(process.argv[2] + '/');
const smpp = load('smpp');
const options = Object.assign({ loss: 0, duplicates: 0, reorder: 0, scale: 1, rate: 0, seed: 1, password: null, old: false }, JSON.parse(process.argv[3] || '{}'));

// mulberry32: small, seeded, good enough for chance.
let state = options.seed >>> 0;
const chance = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const counts = { submitted: 0, throttled: 0, lost: 0, delivered: 0, resends: 0, early: 0, seconds: 0, kinds: {}, octets: 0, longest: 0, bad: 0 };
const sessions = new Set();
const find = (number) => [...sessions].find((s) => s.receives && s.numbers.has(number));
let first = 0;

const tls = options.key ? { key: require('fs').readFileSync(options.key), cert: require('fs').readFileSync(options.cert) } : {};
const server = smpp.createServer(tls, (session) => {
    session.numbers = new Set();
    session.tokens = options.rate;
    session.at = Date.now();
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
    const bind = (pdu, receives) => {
        if (options.password !== null && pdu.password !== options.password) return session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
        session.numbers.add(pdu.system_id);
        session.receives = receives;
        sessions.add(session);
        session.send(pdu.response({ system_id: 'npm' }));
    };
    session.on('bind_transceiver', (pdu) => (options.old ? session.send(pdu.response({ command_status: smpp.ESME_RINVCMDID })) : bind(pdu, true)));
    session.on('bind_receiver', (pdu) => bind(pdu, true));
    session.on('bind_transmitter', (pdu) => bind(pdu, false));
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
    session.on('submit_sm', (pdu) => {
        const now = Date.now();
        first = first || now;
        counts.seconds = (now - first) / 1000;
        const rate = options.rate * options.scale;
        if (rate > 0) {
            session.tokens = Math.min(rate, session.tokens + ((now - session.at) / 1000) * rate);
            session.at = now;
            // Within the second after it was told to be slower nothing new may come, but for what was on its way.
            if (session.told && now - session.told > 300 / options.scale && now - session.told < 900 / options.scale) counts.early++;
            if (session.tokens < 1) {
                counts.throttled++;
                if (!session.told || now - session.told > 1000 / options.scale) session.told = now;
                return session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
            }
            session.tokens--;
        }
        const from = pdu.source_addr || [...session.numbers][0];
        session.numbers.add(from);
        const known = [...sessions].some((s) => s.numbers.has(pdu.destination_addr));
        if (!known) return session.send(pdu.response({ command_status: smpp.ESME_RINVDSTADR }));
        session.send(pdu.response({ message_id: String(++counts.submitted) }));
        const text = pdu.short_message.message;
        counts.kinds[pdu.data_coding] = (counts.kinds[pdu.data_coding] || 0) + 1;
        const length = text === undefined ? 0 : text.length;
        counts.octets += length;
        counts.longest = Math.max(counts.longest, length);
        if (!/^0{6}\d{9}R$/.test(pdu.validity_period)) counts.bad += pdu.validity_period instanceof Date ? 0 : 1;
        const short = pdu.short_message;
        // The package reads a header as its elements and writes it as octets.
        const udh = short.udh && Buffer.concat([Buffer.from([Buffer.concat(short.udh).length]), ...short.udh]);
        const deliver = () => {
            const to = find(pdu.destination_addr);
            if (!to) return;
            counts.delivered++;
            to.deliver_sm({
                source_addr: from, source_addr_ton: pdu.source_addr_ton, source_addr_npi: pdu.source_addr_npi, destination_addr: pdu.destination_addr,
                esm_class: pdu.esm_class, data_coding: pdu.data_coding, short_message: udh ? { udh, message: short.message } : short,
            });
        };
        if (chance() < options.loss) { counts.lost++; return; }
        const times = chance() < options.duplicates ? 2 : 1;
        for (let i = 0; i < times; i++) {
            const wait = (options.reorder * chance()) / options.scale;
            if (wait > 0) setTimeout(deliver, wait); else deliver();
        }
        // A receipt, which is no message.
        if (options.receipts) session.deliver_sm({ source_addr: pdu.destination_addr, destination_addr: from, esm_class: 4, short_message: 'id:1 sub:001 dlvrd:001 submit date:2611280000 done date:2611280000 stat:DELIVRD err:000 text:' });
    });
});
server.listen(options.port || 0, '127.0.0.1', () => console.log('ready ' + server.address().port));
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
    if (line === 'cut') for (const s of [...sessions]) s.destroy();
    console.log(JSON.stringify(counts));
});
