// Seeds that once failed, each with its cause. They run in CI with the plan they failed with.

export type Regression = { seed: number; sizes: readonly number[]; cause: string }

export const regressions: readonly Regression[] = [
  {
    seed: 62,
    sizes: [1, 4, 4, 4, 7, 7, 10],
    cause: 'a false body under a true header went to the log beside the vote for the body held, and after a crash counted as judged',
  },
  {
    seed: 33,
    sizes: [10, 13],
    cause: 'a TC raised in the step that sealed its height entered a view of the next one, where a proposal by it would have been E4',
  },
]
