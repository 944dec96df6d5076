/** Judges the models that scripts/corpus.ts sends, one after another, in a process that it can end. */
import { judgeModel } from './judge.ts';
import type { Job } from './judge.ts';

process.on('message', (job: Job) => {
  void judgeModel(job).then((judgement) => process.send!(judgement));
});
