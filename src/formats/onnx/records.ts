import type { DType } from '../../support/dtypes.ts';

/** An ONNX file: a graph, and the version of the operators of each domain ('' is ONNX's own). */
export interface OnnxModel {
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  readonly functions: readonly OnnxFunction[];
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxNode {
  /** Number of the node in the file. */
  readonly index: number;
  readonly name: string;
  readonly type: string;
  /** '' for ONNX's own operators. */
  readonly domain: string;
  /** Names of values; '' is an optional one left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export type OnnxAttribute =
  | { readonly kind: 'float' | 'int'; readonly value: number }
  | { readonly kind: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  /** In a function: the attribute of its call. */
  | { readonly kind: 'reference'; readonly value: string }
  | { readonly kind: 'other'; readonly value: string };

/** A constant. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Elements in order, little endian. */
  readonly data: Uint8Array;
  /** The type that the file has, where its elements had to be converted: 'double'. */
  readonly converted?: string;
  /** Why it cannot be read; its data is empty then. */
  readonly unreadable?: string;
}

/** An input or output as the file declares it. */
export interface OnnxValueInfo {
  readonly name: string;
  /** Undefined for what is no tensor, or one of a type that thimble does not have. */
  readonly dtype: DType | undefined;
  /** How the file calls the type. */
  readonly typeName: string;
  /** Sizes; a name or '?' where the file leaves them open. Undefined: any number of dimensions. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
}

/** Reads bytes of a file that lies beside the model. Throws MalformedFile where there are none. */
export type ReadBeside = (location: string, offset: number, length: number) => Uint8Array;
