import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, Judgement } from './judge.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

/** Judges models in another process, which is ended and begun anew when a model takes too long. */
export class BoundedJudge {
  readonly #timeoutMs: number;
  #worker: ChildProcess | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  async ask(job: Job): Promise<Judgement> {
    const worker = (this.#worker ??= fork(WORKER));
    const gone = new AbortController();
    const timer = setTimeout(() => gone.abort('it takes too long'), this.#timeoutMs);
    try {
      return await new Promise<Judgement>((resolve, reject) => {
        worker.once('message', (judgement) => resolve(judgement as Judgement));
        worker.once('exit', (code) => reject(new Error(`bug: the process ended with ${code}`)));
        gone.signal.addEventListener('abort', () => reject(new Error(String(gone.signal.reason))));
        worker.send(job);
      });
    } catch (error) {
      this.end();
      return { imported: false, reasons: [(error as Error).message] };
    } finally {
      clearTimeout(timer);
      worker.removeAllListeners();
    }
  }

  end(): void {
    this.#worker?.kill('SIGKILL');
    this.#worker = undefined;
  }
}
