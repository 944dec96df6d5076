export interface Peer {
  readonly instructions: number;
  readonly cycles: number;
  readonly m7: number;
  readonly flash: number;
  readonly ram: number;
}

/** TensorFlow Lite Micro 90b983c2 with CMSIS-NN 4ab83cc3, -O2, measured in the same way. */
export const PEERS: Record<string, Peer> = {
  vww_96_int8: {
    instructions: 24101476,
    cycles: 29021152,
    m7: 24025091,
    flash: 391116,
    ram: 102256,
  },
  kws_ref_model: { instructions: 7696719, cycles: 9169563, m7: 7642474, flash: 111764, ram: 24368 },
  pretrainedResnet_quant: {
    instructions: 29863853,
    cycles: 36528284,
    m7: 30026982,
    flash: 154096,
    ram: 56544,
  },
  ad01_int8: { instructions: 582860, cycles: 723805, m7: 583154, flash: 308044, ram: 3300 },
  person_detect: {
    instructions: 22927985,
    cycles: 27365022,
    m7: 22715412,
    flash: 348332,
    ram: 83820,
  },
  micro_speech_quantized: {
    instructions: 1495345,
    cycles: 2032872,
    m7: 1489417,
    flash: 67272,
    ram: 8312,
  },
};

/**
 * Cycles of other peers: X-CUBE-AI 9.0 on an STM32L4R5 at 120 MHz (MLPerf Tiny v1.2, milliseconds
 * times the clock, flash wait states included), TinyEngine 47bb283 estimated as ours are.
 */
export const OTHER_CYCLES: Record<
  string,
  { readonly xcubeai?: number; readonly tinyengine?: number }
> = {
  vww_96_int8: { xcubeai: 88.9 * 120_000 },
  kws_ref_model: { xcubeai: 43.2 * 120_000 },
  pretrainedResnet_quant: { xcubeai: 165.1 * 120_000 },
  ad01_int8: { xcubeai: 5.26 * 120_000, tinyengine: 1_046_000 },
};

/**
 * Instructions of CMSIS-NN's kernels alone (99f736a6, -O2, no interpreter around them), the layers of each model one
 * after the other on weights at random, counted on mps2-an385; compiled for Cortex-M3 and for Cortex-M0+.
 */
export const PORTABLE: Record<string, readonly [m3: number, m0plus: number]> = {
  vww_96_int8: [31952764, 86829025],
  kws_ref_model: [10531688, 28992151],
  pretrainedResnet_quant: [41844490, 97508843],
  ad01_int8: [952521, 1756015],
  person_detect: [30872851, 84257439],
  micro_speech_quantized: [2769992, 4348111],
};
