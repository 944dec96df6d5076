import type { Board } from '../target/board.ts';
import { requireBinutil } from '../support/tools.ts';
import { idle, runTool } from './run-tool.ts';
import type { Limits } from './run-tool.ts';

/** The 16-bit Thumb instructions and the few wide ones of ARMv6-M. Source: ARM DDI 0419, A5 and A6. */
const ARMV6M =
  'adc adcs add adds adr and ands asr asrs b bic bics bkpt bl blx bx cmn cmp cpsie cpsid dmb dsb eor eors isb ldm ldmia ' +
  'ldr ldrb ldrh ldrsb ldrsh lsl lsls lsr lsrs mov movs mrs msr mul muls mvn mvns neg negs nop orr orrs pop push rev rev16 ' +
  'revsh ror rors rsb rsbs sbc sbcs sev stm stmia str strb strh sub subs svc sxtb sxth tst udf uxtb uxth wfe wfi yield';

const V6M = new Set(ARMV6M.split(' '));

/** SIMD, saturating and wide multiplications of the DSP extension. Source: ARM DDI 0403, A4.4. */
const DSP =
  /^(smla[bt][bt]|smlad|smladx|smlald|smlaldx|smlal[bt][bt]|smlaw[bt]|smlsd|smlsdx|smlsld|smmla|smmlar|smmls|smmul|smmulr|smuad|smuadx|smul[bt][bt]|smulw[bt]|smusd|umaal|pkhbt|pkhtb|qadd|qsub|qdadd|qdsub|[squ]h?add(8|16)|[squ]h?sub(8|16)|s?u?sat16|sel|sxtab|sxtab16|sxtah|sxtb16|uxtab|uxtab16|uxtah|uxtb16|usad8|usada8)(eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)?$/;

/** Instructions in firmware.elf that the board's core does not have, by mnemonic. */
export async function illegalInstructions(
  gcc: string,
  folder: string,
  board: Board,
  limits: Limits = {},
): Promise<string[]> {
  const objdump = requireBinutil(gcc, 'objdump');
  const listing = await runTool(
    objdump,
    ['-d', '--no-show-raw-insn', 'firmware.elf'],
    folder,
    limits,
  );
  if (!/^[0-9a-f]+ <main>:\n\s*[0-9a-f]+:\s/m.test(listing)) throw idle(objdump, 'listed no main');
  return findIllegal(listing, board);
}

export function findIllegal(
  listing: string,
  { cpu, features }: Pick<Board, 'cpu' | 'features'>,
): string[] {
  const used = new Set<string>();
  for (const [, mnemonic] of listing.matchAll(/^\s*[0-9a-f]+:\s+([a-z][a-z0-9.]*)/gm))
    used.add(mnemonic!);
  const bare = (mnemonic: string) => mnemonic.replace(/\.(n|w)$/, '');
  return [...used].filter((mnemonic) => {
    const name = bare(mnemonic);
    if (cpu === 'cortex-m0plus') return !isV6m(name);
    if (name.startsWith('v') && !features.includes('fpu')) return true;
    return DSP.test(name) && !features.includes('dsp');
  });
}

function isV6m(name: string): boolean {
  return V6M.has(name) || /^b(eq|ne|cs|cc|hs|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)$/.test(name);
}
