export const OBJECTIVES = ['speed', 'flash', 'ram', 'balanced'] as const;
export type Objective = (typeof OBJECTIVES)[number];
