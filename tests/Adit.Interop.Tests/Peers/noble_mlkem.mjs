// ML-KEM-768 of @noble/post-quantum as a peer: a command a line on standard input, an answer a line on standard output, all octets in hex.
//   key                          -> PUBLIC SECRET
//   encapsulate PUBLIC           -> CIPHERTEXT SHARED, or "refused"
//   decapsulate CIPHERTEXT SECRET -> SHARED
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(process.argv[2] + '/');
const { ml_kem768 } = await import(pathToFileURL(require.resolve('@noble/post-quantum/ml-kem.js')));
const hex = (octets) => Buffer.from(octets).toString('hex');
const octets = (text) => Uint8Array.from(Buffer.from(text, 'hex'));

for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...values] = line.split(' ');
    try {
        if (command === 'key') {
            const key = ml_kem768.keygen();
            console.log(hex(key.publicKey) + ' ' + hex(key.secretKey));
        } else if (command === 'encapsulate') {
            const made = ml_kem768.encapsulate(octets(values[0]));
            console.log(hex(made.cipherText) + ' ' + hex(made.sharedSecret));
        } else {
            console.log(hex(ml_kem768.decapsulate(octets(values[0]), octets(values[1]))));
        }
    } catch {
        console.log('refused');
    }
}
