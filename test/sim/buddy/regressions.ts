// Seeds that once failed, each with its cause. They run in CI with the plan they failed with.

export type Regression = { seed: number; sizes: readonly number[]; cause: string }

export const regressions: readonly Regression[] = []
