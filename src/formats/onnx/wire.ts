/** The messages of onnx.proto as protobufjs hands them over: absent fields are undefined. */
export interface WireModel {
  readonly graph?: WireGraph;
  readonly opset_import: readonly { readonly domain?: string; readonly version?: bigint }[];
  readonly functions: readonly WireFunction[];
}

export interface WireGraph {
  readonly name?: string;
  readonly node: readonly WireNode[];
  readonly initializer: readonly WireTensor[];
  readonly input: readonly WireValueInfo[];
  readonly output: readonly WireValueInfo[];
  readonly sparse_initializer: readonly unknown[];
}

export interface WireFunction {
  readonly name?: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly node: readonly WireNode[];
  readonly attribute_proto: readonly WireAttribute[];
}

export interface WireNode {
  readonly name?: string;
  readonly op_type?: string;
  readonly domain?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly WireAttribute[];
}

export interface WireAttribute {
  readonly name?: string;
  readonly type?: number;
  readonly ref_attr_name?: string;
  readonly f?: number;
  readonly i?: bigint;
  readonly s?: Uint8Array;
  readonly t?: WireTensor;
  readonly g?: WireGraph;
  readonly floats: readonly number[];
  readonly ints: readonly bigint[];
  readonly strings: readonly Uint8Array[];
}

export interface WireTensor {
  readonly name?: string;
  readonly dims: readonly bigint[];
  readonly data_type?: number;
  readonly segment?: unknown;
  readonly float_data: readonly number[];
  readonly int32_data: readonly number[];
  readonly int64_data: readonly bigint[];
  readonly double_data: readonly number[];
  readonly uint64_data: readonly bigint[];
  readonly raw_data?: Uint8Array;
  readonly external_data: readonly { readonly key?: string; readonly value?: string }[];
  readonly data_location?: number;
}

export interface WireValueInfo {
  readonly name?: string;
  readonly type?: {
    readonly tensor_type?: {
      readonly elem_type?: number;
      readonly shape?: {
        readonly dim: readonly { readonly dim_value?: bigint; readonly dim_param?: string }[];
      };
    };
  };
}
