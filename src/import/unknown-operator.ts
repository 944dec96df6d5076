const CUSTOM = 'CUSTOM:';

/** Why an operator that thimble does not have cannot be imported, and what to do. */
export function unknownOperator(code: string): [message: string, hint: string] {
  if (code === `${CUSTOM}ethos-u`) {
    return [
      'ethos-u is a command stream for Arm’s Ethos-U, which Vela made of the model’s layers',
      'give the model that Vela was given',
    ];
  }
  if (code.startsWith(CUSTOM)) {
    return [
      `${code.slice(CUSTOM.length)} is a custom operator, its code is not in the model`,
      'cut the model before it and do its work in the application',
    ];
  }
  if (code.startsWith('STABLEHLO_')) {
    return [
      `${code} is not supported`,
      'export the model with TFLite’s own operators instead of StableHLO',
    ];
  }
  return [
    `${code} is not supported`,
    'replace the layer by supported ones (OPERATORS.md), or cut the model before it',
  ];
}
