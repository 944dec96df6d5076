import { throwIfAny } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { Scanner, SyntaxFault } from './scanner.ts';
import { byteLength, dtypeOfShort } from './types.ts';
import type { Graph, Node, Quantization, State, Tensor, TensorId, TensorType } from './types.ts';

/**
 * The graph that `printGraph` shows: `parseGraph(printGraph(graph))` equals `graph`. Empty lines and
 * lines that start with // mean nothing. Throws CompileError with every line that makes no sense;
 * `file` names the text in them.
 */
export function parseGraph(text: string, file = 'graph'): Graph {
  const reader = new GraphReader();
  const problems: Diagnostic[] = [];
  const attempt = (line: number, read: () => void) => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      problems.push({
        code: 'bad-graph-text',
        message: error.message,
        where: `${file}:${line}:${error.column}`,
        hint: 'write graphs as thimble prints them',
      });
    }
  };
  const lines = text.split(/\r?\n/);
  lines.forEach((line, i) => attempt(i + 1, () => reader.readLine(line)));
  attempt(lines.length, () => reader.finish());
  throwIfAny(problems);
  return reader.graph;
}

class GraphReader {
  #name: string | undefined;
  readonly #tensors = new Map<TensorId, Tensor>();
  readonly #nodes: Node[] = [];
  readonly #inputs: TensorId[] = [];
  readonly #outputs: TensorId[] = [];
  /** In the order of their lines; which tensor each is next comes later. */
  readonly #states: (Omit<State, 'write'> & { write?: TensorId })[] = [];

  get graph(): Graph {
    return {
      name: this.#name ?? '',
      tensors: this.#tensors,
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      states: this.#states as State[],
    };
  }

  readLine(line: string): void {
    const scanner = new Scanner(line);
    if (scanner.atEnd() || scanner.accept('//')) return;
    if (scanner.accept('graph ')) this.#readName(scanner);
    else if (scanner.accept('input ')) this.#inputs.push(this.#readTensor(scanner));
    else if (scanner.accept('const ') || scanner.accept('tensor ')) this.#readTensor(scanner);
    else if (scanner.accept('state ')) this.#readState(scanner);
    else if (scanner.accept('next ')) this.#readNext(scanner);
    else if (scanner.accept('output ')) this.#outputs.push(this.#known(scanner));
    else this.#readNode(scanner);
    if (!scanner.atEnd()) scanner.fail('the end of the line');
  }

  finish(): void {
    if (this.#name === undefined) throw new SyntaxFault('no line says: graph "NAME"', 1);
    const endless = this.#states.find(({ write }) => write === undefined);
    if (endless) throw new SyntaxFault(`no line says what the state %${endless.read} is next`, 1);
  }

  #readName(scanner: Scanner): void {
    if (this.#name !== undefined) scanner.refuse('the graph has a name already');
    this.#name = scanner.string();
  }

  // input %0 "x" : i8[1,2] q(0.5,0) = 01ff
  #readTensor(scanner: Scanner): TensorId {
    const id = this.#fresh(scanner);
    const name = scanner.string();
    scanner.expect(':');
    const type = readType(scanner);
    const data = scanner.accept('=') ? readData(scanner, type) : undefined;
    this.#tensors.set(id, { id, name, ...type, ...(data && { data }) });
    return id;
  }

  // state %3 "sum" : i8[1,2] q(0.25,-3) = fdfd
  #readState(scanner: Scanner): void {
    const read = this.#readTensor(scanner);
    const { data: initial, ...tensor } = this.#tensors.get(read)!;
    this.#tensors.set(read, tensor);
    this.#states.push({ read, ...(initial && { initial }) });
  }

  // next %3 = %4
  #readNext(scanner: Scanner): void {
    const read = readId(scanner);
    const state = this.#states.find((each) => each.read === read);
    if (!state) return scanner.refuse(`%${read} is no state`);
    if (state.write !== undefined) scanner.refuse(`what %${read} is next is said already`);
    scanner.expect('=');
    state.write = this.#known(scanner);
  }

  // %2, %3 = split(%0) {"axis":1,"parts":2} : "a" i8[1] q(1,0), "b" i8[1] q(1,0) @ "file" 0 "name"
  #readNode(scanner: Scanner): void {
    const outputs: TensorId[] = [];
    do {
      const id = this.#fresh(scanner);
      if (outputs.includes(id)) scanner.refuse(`%${id} stands there twice`);
      outputs.push(id);
    } while (scanner.accept(','));
    scanner.expect('=');
    const [op] = scanner.take(/\w+/y, 'an operator');
    scanner.expect('(');
    const inputs = scanner.list(')', () =>
      scanner.accept('_') ? undefined : this.#known(scanner),
    );
    const attrs = scanner.literal();
    scanner.expect(':');
    outputs.forEach((id, i) => {
      if (i > 0) scanner.expect(',');
      this.#tensors.set(id, { id, name: scanner.string(), ...readType(scanner) });
    });
    scanner.expect('@');
    const origin = { file: scanner.string(), operator: scanner.number(), name: scanner.string() };
    this.#nodes.push({ op, attrs, inputs, outputs, origin });
  }

  #fresh(scanner: Scanner): TensorId {
    const id = readId(scanner);
    if (this.#tensors.has(id)) scanner.refuse(`%${id} is there already`);
    return id;
  }

  #known(scanner: Scanner): TensorId {
    const id = readId(scanner);
    if (!this.#tensors.has(id)) scanner.refuse(`no line above says what %${id} is`);
    return id;
  }
}

function readId(scanner: Scanner): TensorId {
  return Number(scanner.take(/%(\d{1,15})/y, 'a tensor (%0)')[1]);
}

function readType(scanner: Scanner): TensorType {
  const [, short = ''] = scanner.take(/([a-z]\w+)\[/y, 'a type (i8[1,2])');
  const dtype = dtypeOfShort(short);
  if (!dtype) return scanner.refuse(`no element type is called "${short}"`);
  const shape = scanner.list(']', () => Number(scanner.take(/\d{1,15}/y, 'a size')[0]));
  const quant = scanner.accept('q(') ? readQuantization(scanner) : undefined;
  return { dtype, shape, ...(quant && { quant }) };
}

// q(0.5,0) or q([0.5,0.25],[0,0],3), the parenthesis already read.
function readQuantization(scanner: Scanner): Quantization {
  const number = () => scanner.number();
  if (!scanner.accept('[')) {
    const [scale, zeroPoint, ...rest] = scanner.list(')', number);
    if (scale === undefined || zeroPoint === undefined || rest.length > 0)
      return scanner.refuse('q() takes a scale and a zero point');
    return { scales: [scale], zeroPoints: [zeroPoint], axis: 0 };
  }
  const scales = scanner.list(']', number);
  scanner.expect(',');
  scanner.expect('[');
  const zeroPoints = scanner.list(']', number);
  scanner.expect(',');
  const axis = scanner.number();
  scanner.expect(')');
  return { scales, zeroPoints, axis };
}

function readData(scanner: Scanner, type: TensorType): Uint8Array {
  const [hex] = scanner.take(/[0-9a-f]*/y, 'the contents in hexadecimal digits');
  if (hex.length !== 2 * byteLength(type))
    scanner.refuse(`${hex.length} digits, its type takes ${2 * byteLength(type)}`);
  return new Uint8Array(Buffer.from(hex, 'hex'));
}
