import type { Graph } from '../ir/types.ts';
import { CompileError } from '../support/diagnostics.ts';
import type { Diagnostic } from '../support/diagnostics.ts';
import { calibrate } from './calibrate.ts';
import type { Calibration } from './calibrate.ts';
import { checkInputs, divide } from './calibration-inputs.ts';
import type { CalibrationInput } from './calibration-inputs.ts';
import { checkFloat } from './check-float.ts';
import { describeCollapsed, describePoor, outputErrors } from './judgement.ts';
import { compareForms } from './layer-errors.ts';
import type { FormErrors, LayerError } from './layer-errors.ts';
import { quantizeCalibrated } from './quantize.ts';
import type { QuantizeOptions } from './quantize.ts';
import type { RangeMethod } from './range.ts';

export interface QuantizeModelOptions extends Omit<QuantizeOptions, 'method'> {
  /** 'auto': the one whose worst output comes nearest to the float model. */
  readonly method: RangeMethod | 'auto';
}

/** A quantized graph, and how far it is from the float one. */
export interface QuantizedModel {
  readonly graph: Graph;
  readonly method: RangeMethod;
  /** Signal to noise of the worst output in decibels, for each method tried. */
  readonly methods: readonly { readonly method: RangeMethod; readonly sqnr: number }[];
  readonly layers: readonly LayerError[];
  /** Inputs that calibrated it, and inputs that it was measured on. */
  readonly calibrated: number;
  readonly measured: number;
  /** Whether none of the measured inputs calibrated it. */
  readonly heldOut: boolean;
  /** Layers that are poor, with the cause. */
  readonly warnings: readonly Diagnostic[];
  /** Outputs that carry no signal any more: the model should not be used. */
  readonly collapsed: readonly Diagnostic[];
}

const METHODS = ['mse', 'minmax', 'percentile'] as const;

/**
 * Quantizes a float graph and measures every layer against it, on inputs that did not calibrate it
 * where there are enough. Throws CompileError where graph, inputs or every result make no sense.
 */
export function quantizeModel(
  float: Graph,
  inputs: readonly CalibrationInput[],
  { method, ...options }: QuantizeModelOptions,
): QuantizedModel {
  checkFloat(float, options.ranges);
  checkInputs(float, inputs);
  const { calibrating, measuring, heldOut } = divide(inputs);
  const calibration = calibrate(float, calibrating);
  const tried = tryMethods(float, calibration, method === 'auto' ? METHODS : [method], options);
  // Measured on float inputs, whatever the inputs of the model become.
  const errors = compareForms(
    float,
    tried.map(({ graph }) => graph),
    measuring.map(({ input }) => input),
  );
  const judged = tried.map((form, i) => judge(float, form, errors[i]!));
  const best = judged.reduce((a, b) => (isBetter(b, a) ? b : a));
  const chosen = { ...options, method: best.method };
  return {
    graph: options.io === 'float' ? best.graph : quantizeCalibrated(float, calibration, chosen),
    method: best.method,
    methods: judged.map(({ method, sqnr }) => ({ method, sqnr })),
    layers: best.errors.layers,
    calibrated: calibrating.length,
    measured: measuring.length,
    heldOut,
    warnings: describePoor(float, best.errors),
    collapsed: best.collapsed,
  };
}

interface Form {
  readonly method: RangeMethod;
  readonly graph: Graph;
}

// A method whose result cannot run is left out, while another's can.
function tryMethods(
  float: Graph,
  calibration: Calibration,
  methods: readonly RangeMethod[],
  options: Omit<QuantizeOptions, 'method'>,
): Form[] {
  const errors: CompileError[] = [];
  const forms = methods.flatMap((method) => {
    try {
      const measurable = { ...options, io: 'float', method } as const;
      const graph = quantizeCalibrated(float, calibration, measurable, options.io === 'float');
      return { method, graph };
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      errors.push(error);
      return [];
    }
  });
  if (forms.length === 0) throw errors[0]!;
  return forms;
}

interface Judged extends Form {
  readonly errors: FormErrors;
  readonly sqnr: number;
  readonly collapsed: readonly Diagnostic[];
}

function judge(float: Graph, form: Form, errors: FormErrors): Judged {
  const worst = outputErrors(float, errors).reduce((least, e) => Math.min(least, e.sqnr), Infinity);
  const sqnr = Number.isNaN(worst) ? -Infinity : worst;
  return { ...form, errors, sqnr, collapsed: describeCollapsed(float, errors) };
}

function isBetter(a: Judged, b: Judged): boolean {
  if (a.collapsed.length !== b.collapsed.length) return a.collapsed.length < b.collapsed.length;
  return a.sqnr > b.sqnr;
}
