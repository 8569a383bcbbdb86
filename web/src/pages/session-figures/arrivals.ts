/** One step of an arrival curve; times in milliseconds since 1970. */
export interface Step {
  start: number;
  end: number;
  total: number;
}

/** Where an instant stands between steps drawn side by side: 0 is the middle of the first. */
export function placeOf(instant: number, steps: Step[]): number | undefined {
  const first = steps[0];
  const last = steps.at(-1);
  if (!first || !last || instant < first.start || instant > last.end) return undefined;
  const index = steps.findIndex(({ end }) => instant < end);
  const step = steps[index];
  if (!step) return steps.length - 0.5;
  return index - 0.5 + (instant - step.start) / (step.end - step.start);
}

/** The end of the step in which half of those who came had come; undefined before anybody has. */
export function halfBy(steps: Step[]): number | undefined {
  const all = steps.at(-1)?.total ?? 0;
  return all > 0 ? steps.find(({ total }) => total * 2 >= all)?.end : undefined;
}
