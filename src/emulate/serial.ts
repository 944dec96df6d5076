import { crc32 as crc32Of } from 'node:zlib';
import type { SerialPort } from 'serialport';
import { CompileError } from '../support/diagnostics.ts';
import { LineSplitter } from '../support/lines.ts';
import type { Outcome } from './driver.ts';
import { ProtocolReader } from './protocol.ts';

export interface SerialJob {
  /** Path of the port: '/dev/ttyACM0', 'COM3'. */
  readonly port: string;
  readonly baud: number;
  readonly vectors: readonly Uint8Array[];
  /** For models with state: how many vectors in a row share it. */
  readonly steps?: number;
  readonly outputBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Called once the port is open: the moment to reset the board. */
  readonly onOpen?: () => void;
}

/**
 * Runs vectors on a real board whose firmware asks for them (`thimble build --vectors uart`): each
 * `thimble send N` is answered with the bytes of vector N and their CRC-32, little endian; where the
 * model has state, with a byte before them that is 1 when the vector begins a sequence.
 */
export async function runSerial(job: SerialJob): Promise<Outcome> {
  // With its native part, which nothing else needs.
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path: job.port, baudRate: job.baud, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(cannotOpen(job.port, error)) : resolve()));
  });
  const reader = new ProtocolReader(job.outputBytes, job.vectors.length);
  try {
    job.signal?.throwIfAborted();
    const how = await new Promise<string>((resolve, reject) => {
      const limit = setTimeout(
        () => resolve(`its limit of ${job.timeoutMs / 1000} s`),
        job.timeoutMs,
      );
      const end = (how: string) => {
        clearTimeout(limit);
        resolve(how);
      };
      job.signal?.addEventListener('abort', () => {
        clearTimeout(limit);
        reject(job.signal!.reason as Error);
      });
      port.on('close', () => end('the port closed'));
      port.on('error', (error) => end(`an error of the port (${error.message})`));
      followLines(port, (line) => {
        reader.line(line);
        const asked = ProtocolReader.asksFor(line);
        const vector = asked === undefined ? undefined : job.vectors[asked];
        if (vector)
          port.write(frame(vector, job.steps === undefined ? undefined : asked! % job.steps === 0));
        if (reader.finished) end('it ended');
      });
      job.onOpen?.();
    });
    return reader.outcome(how);
  } finally {
    port.removeAllListeners('close');
    await new Promise<void>((resolve) => port.close(() => resolve()));
  }
}

/**
 * A vector as it goes over the wire: its bytes, then their CRC-32; `begins` (models with state):
 * whether the state is reset before it.
 */
export function frame(vector: Uint8Array, begins?: boolean): Buffer {
  const bytes =
    begins === undefined ? vector : Buffer.concat([Uint8Array.of(Number(begins)), vector]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32Of(bytes));
  return Buffer.concat([bytes, crc]);
}

function followLines(port: SerialPort, take: (line: string) => void): void {
  const lines = new LineSplitter(take);
  port.on('data', (chunk: Buffer) => lines.push(chunk.toString('latin1')));
}

function cannotOpen(port: string, error: Error): CompileError {
  return new CompileError({
    code: 'serial-port',
    message: `the serial port cannot be opened: ${error.message}`,
    where: port,
    hint: 'check the name, the cable, and that no other program has it open (on Linux, membership of the group dialout)',
  });
}
