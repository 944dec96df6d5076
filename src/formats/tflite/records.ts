import type { DType, Quantization } from '../../support/dtypes.ts';

/** A tensor as the file declares it. */
export interface TfliteTensor {
  readonly index: number;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly quant?: Quantization;
  readonly data?: Uint8Array;
  readonly variable: boolean;
  /** The shape again, with -1 where the model leaves a size open; the shape itself where it says none. */
  readonly signature: readonly number[];
  /** The shape is `[]` and nothing says whether that is a scalar or unknown. */
  readonly unranked: boolean;
  /** Why its contents cannot be read ("has the element type INT4"); `dtype` means nothing then. */
  readonly unreadable?: string;
}

/** The builtin options of one operator, by field number of its table in TFLite's schema.fbs. */
export interface TfliteOptions {
  byte(field: number, fallback?: number): number;
  int(field: number, fallback?: number): number;
  float(field: number, fallback?: number): number;
  bool(field: number): boolean;
  ints(field: number): readonly number[];
  string(field: number): string | undefined;
  /** Numbers of the fields whose value is not zero. */
  fieldsSet(): readonly number[];
}

export interface TfliteOperator {
  readonly index: number;
  /** 'CONV_2D', 'CUSTOM:TFLite_Detection_PostProcess', or 'BUILTIN_204' when it is unknown. */
  readonly code: string;
  readonly options: TfliteOptions;
  /** Code of the union BuiltinOptions, 0 when there are none. */
  readonly optionsType: number;
  /** What the options of a custom operator are, byte by byte: mostly a FlexBuffer. */
  readonly custom?: Uint8Array;
  readonly inputs: readonly (TfliteTensor | undefined)[];
  readonly outputs: readonly TfliteTensor[];
}

export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly TfliteTensor[];
  readonly outputs: readonly TfliteTensor[];
}

/** A file: its first graph is the model; operators may name the others. */
export interface TfliteFile extends TfliteModel {
  /** The graph of a number, the first being 0; undefined where there is none. Throws MalformedFile. */
  subgraph(number: number): TfliteModel | undefined;
}
