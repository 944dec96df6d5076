import { assert } from '../../support/diagnostics.ts';

/** Which values the registers of a straight piece of assembly hold. */
export class Registers {
  /** More values were held than there are registers: the code is of no use. */
  short = false;
  private readonly free: string[];
  private readonly held = new Map<string, string>();

  constructor(free: string[]) {
    this.free = free;
  }

  get left(): number {
    return this.free.length;
  }

  hold(name: string, register: string): void {
    this.held.set(name, register);
  }

  take(name: string): string {
    const register = this.free.shift() ?? 'none';
    this.short ||= register === 'none';
    this.held.set(name, register);
    return register;
  }

  has(name: string): boolean {
    return this.held.has(name);
  }

  of(name: string): string {
    const register = this.held.get(name);
    assert(register !== undefined, `${name} is in no register`);
    return register;
  }

  rename(from: string, to: string): void {
    this.held.set(to, this.of(from));
    this.held.delete(from);
  }

  release(name: string): void {
    this.free.unshift(this.of(name));
    this.held.delete(name);
  }
}
