// Runs models under LiteRT, for litert.ts: a JSON list of { model, inputs } on stdin (base64), the outputs on stdout.
import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const entry = createRequire(import.meta.url).resolve('@litertjs/core');
const folder = path.join(path.dirname(entry), '..', 'wasm');

// The package loads its glue code by a <script> element, as in a browser.
Object.assign(globalThis, {
  self: globalThis,
  require: createRequire(import.meta.url),
  __dirname: folder,
  __filename: path.join(folder, 'glue.js'),
  document: {
    createElement: () => ({
      addEventListener(event, listener) {
        if (event === 'load') this.onload = listener;
      },
    }),
    body: {
      appendChild(element) {
        const source = String(element.src);
        const file = source.startsWith('file:') ? fileURLToPath(source) : source;
        vm.runInThisContext(readFileSync(file, 'utf8'), { filename: file });
        setImmediate(() => element.onload());
      },
    },
  },
});
for (const way of ['log', 'warn', 'info', 'debug', 'error']) console[way] = () => {};

const { loadLiteRt, loadAndCompile, Tensor } = await import(entry);
await loadLiteRt(folder + path.sep);
const ARRAYS = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };
const results = [];
for (const job of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    const model = await loadAndCompile(Uint8Array.from(Buffer.from(job.model, 'base64')), {
      accelerator: 'wasm',
    });
    const tensors = model.getInputDetails().map(({ dtype, shape }, i) => {
      const bytes = Uint8Array.from(Buffer.from(job.inputs[i], 'base64'));
      return new Tensor(new ARRAYS[dtype](bytes.buffer), [...shape]);
    });
    const outputs = await model.run(tensors);
    const list = Array.isArray(outputs) ? outputs : Object.values(outputs);
    results.push({
      outputs: list.map((tensor) => {
        const { buffer, byteOffset, byteLength } = tensor.toTypedArray();
        return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
      }),
    });
  } catch (error) {
    results.push({ refused: String(error) });
  }
}
writeSync(1, JSON.stringify(results));
process.exit(0);
