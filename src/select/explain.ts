import { constantBytes } from '../estimate/estimate.ts';
import { candidateName, storesDense } from '../lower/lower.ts';
import type { Alternatives, Candidate, Candidates } from '../lower/lower.ts';
import type { Schedule, Step } from '../lower/schedule.ts';

/** The schedule with the reasons why each layer takes none of its other candidates. */
export function explainRejections({ steps }: Candidates, schedule: Schedule): Schedule {
  return {
    ...schedule,
    steps: schedule.steps.map((step, i) => ({
      ...step,
      ...denseOf(steps[i]!, step),
      rejected: reasons(steps[i]!, step),
    })),
  };
}

// What a layer with compressed weights is compared with.
function denseOf({ candidates }: Alternatives, { format, node }: Step): { dense?: Candidate } {
  const others = format?.compressed ? candidates.filter((one) => storesDense(one, node)) : [];
  if (others.length === 0) return {};
  return { dense: others.reduce((a, b) => (b.cost.cycles < a.cost.cycles ? b : a)) };
}

function reasons({ candidates, impossible, node }: Alternatives, taken: Step): string[] {
  const others = candidates.filter(
    ({ kernel, format }) => kernel !== taken.kernel || format !== taken.format,
  );
  return [
    ...impossible,
    ...others.map((other) => `${candidateName(other)}: ${whyNot(other, taken, node)}`),
  ];
}

function whyNot(other: Candidate, taken: Step, node: Step['node']): string {
  const slower = Math.round(other.cost.cycles - taken.cost.cycles);
  const larger = constantBytes({ node, cost: other.cost }) - constantBytes(taken);
  const wider = other.cost.scratchBytes - taken.cost.scratchBytes;
  if (slower > 0) return `slower by ${slower} cycles`;
  if (larger > 0) return `takes ${larger} B more of flash`;
  if (wider > 0) return `takes ${wider} B more of working memory`;
  return slower < 0 ? 'needs code that no other layer shares' : 'no better';
}
