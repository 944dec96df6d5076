import { readFileSync } from 'node:fs';
import { parseBoard } from '../../src/target/board.ts';

export type Json = Record<string, unknown>;

export const BOARDS = new URL('../../boards/', import.meta.url);

/** What stands in the file of a board. */
export function boardJson(name: string): Json {
  return JSON.parse(readFileSync(new URL(`${name}/board.json`, BOARDS), 'utf8')) as Json;
}

/** A copy of a JSON document with another value at one place. */
export function withValue(json: unknown, at: readonly string[], value: unknown): unknown {
  const copy = structuredClone(json) as Json;
  let inside = copy;
  for (const key of at.slice(0, -1)) inside = inside[key] as Json;
  inside[at.at(-1)!] = value;
  return copy;
}

/** What is wrong with a board: nothing when it is one. */
export function boardProblems(json: unknown, name = 'b'): readonly string[] {
  const parsed = parseBoard(name, '/b', json);
  return Array.isArray(parsed) ? parsed : [];
}
