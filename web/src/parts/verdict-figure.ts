import type { VerdictCount } from "../contract/absense/v1/attendance_figures_pb";
import { Check, Outcome } from "../contract/absense/v1/verdict_pb";
import { texts } from "../texts";
import type { Figure, Series } from "./chart";

const NAMES = texts.records.checks;
const CHECKS = [
  { check: Check.QR_CODE, name: NAMES.code },
  { check: Check.ENROLLMENT, name: NAMES.enrollment },
  { check: Check.DEVICE, name: NAMES.device },
  { check: Check.LOCATION, name: NAMES.location },
  { check: Check.LIVENESS, name: NAMES.liveness },
  { check: Check.FACE, name: NAMES.face },
];
const OUTCOMES: Array<{ outcome: Outcome; tone: Series["tone"]; striped?: boolean }> = [
  { outcome: Outcome.PASSED, tone: "good" },
  { outcome: Outcome.INCONCLUSIVE, tone: "warn", striped: true },
  { outcome: Outcome.FAILED, tone: "bad" },
  { outcome: Outcome.SKIPPED, tone: "faint", striped: true },
];

/** What each check found, as one bar each; null where there are no verdicts. */
export function verdictFigure(verdicts: VerdictCount[]): Figure | null {
  const checks = CHECKS.filter(({ check }) => verdicts.some((one) => one.check === check && one.count > 0));
  if (checks.length === 0) return null;
  const count = (outcome: Outcome, check?: Check) =>
    verdicts
      .filter((one) => one.outcome === outcome && (check === undefined || one.check === check))
      .reduce((sum, one) => sum + one.count, 0);
  const words = texts.figures.found;
  return {
    title: words.title,
    axis: words.axis,
    summary: words.summary(
      count(Outcome.FAILED),
      count(Outcome.INCONCLUSIVE),
      verdicts.reduce((sum, one) => sum + one.count, 0),
    ),
    labels: checks.map(({ name }) => name),
    series: OUTCOMES.filter(({ outcome }) => count(outcome) > 0).map(({ outcome, ...look }) => ({
      name: texts.figures.outcomes[outcome],
      values: checks.map(({ check }) => count(outcome, check)),
      ...look,
    })),
    stacked: true,
    lying: true,
  };
}
