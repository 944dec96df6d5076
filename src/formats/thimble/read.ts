export const isThimble = (_: Uint8Array) => false;
export const readThimble = (_: Uint8Array): never => { throw new Error(); };
