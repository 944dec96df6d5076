import type { Quantization } from '../../support/dtypes.ts';

/** A .thimble file's payload, message for message as thimble.proto describes it. */
export interface ThimbleModel {
  readonly name: string;
  readonly producer: string;
  readonly tensors: readonly ThimbleTensor[];
  readonly nodes: readonly ThimbleNode[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Left out of files of version 1. */
  readonly states?: readonly ThimbleState[];
}

export interface ThimbleState {
  /** Zeros are left out on the wire. */
  readonly read?: number;
  readonly write?: number;
  readonly initial?: Uint8Array;
}

export interface ThimbleTensor {
  /** Zeros and empty texts are left out on the wire. */
  readonly id?: number;
  readonly name?: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly quantization?: {
    readonly scales: Quantization['scales'];
    readonly zero_points: Quantization['zeroPoints'];
    readonly axis?: number;
  };
  readonly data?: Uint8Array;
  /** Instead of data; left out of files before version 3. */
  readonly encoded?: ThimbleCodes;
}

export interface ThimbleCodes {
  readonly values: Uint8Array;
  readonly gaps?: Uint8Array;
  readonly entries?: number;
  /** Left out of files before version 4. */
  readonly longest_gap?: number;
}

export interface ThimbleNode {
  readonly op: string;
  readonly attributes: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly origin_file?: string;
  readonly origin_operator?: number;
  readonly origin_name?: string;
}
