import type { AttendanceRecord, Claim } from "../contract/absense/v1/attendance_record_pb";
import { Attention, RecordStatus } from "../contract/absense/v1/attendance_record_pb";
import { Check, Outcome, type Verdict, VerdictReason } from "../contract/absense/v1/verdict_pb";
import { texts } from "../texts";
import { Chip } from ".";

type Tone = "good" | "warn" | "bad" | "info" | "quiet";

const CHECKS: Record<Check, string> = {
  [Check.UNSPECIFIED]: texts.records.checks.other,
  [Check.QR_CODE]: texts.records.checks.code,
  [Check.DEVICE]: texts.records.checks.device,
  [Check.LOCATION]: texts.records.checks.location,
  [Check.LIVENESS]: texts.records.checks.liveness,
  [Check.FACE]: texts.records.checks.face,
  [Check.ENROLLMENT]: texts.records.checks.enrollment,
};

const OUTCOMES: Record<Outcome, { tone: Tone; sign: string; text: string }> = {
  [Outcome.UNSPECIFIED]: { tone: "quiet", sign: "", text: "" },
  [Outcome.PASSED]: { tone: "good", sign: "\u2713", text: texts.records.outcomes.passed },
  [Outcome.FAILED]: { tone: "bad", sign: "\u2715", text: texts.records.outcomes.failed },
  [Outcome.INCONCLUSIVE]: { tone: "warn", sign: "?", text: texts.records.outcomes.inconclusive },
  [Outcome.SKIPPED]: { tone: "quiet", sign: "\u2013", text: texts.records.outcomes.skipped },
};

const checkName = (check: Check): string => CHECKS[check] ?? texts.records.checks.other;
const outcomeOf = (verdict: Verdict) => OUTCOMES[verdict.outcome] ?? OUTCOMES[Outcome.UNSPECIFIED];

/** A few words for why, and a sentence; "" for a reason that is newer than this page. */
function why(verdict: Verdict): readonly [string, string] {
  return texts.records.reasons[VerdictReason[verdict.reason] ?? ""] ?? ["", ""];
}

/** What the session does without says nothing about the student. */
const isNews = ({ reason }: Verdict): boolean =>
  reason !== VerdictReason.CHECK_OFF && reason !== VerdictReason.NO_PLACE;

/** The try that the record's status rests on. */
export function decidingClaim(record: AttendanceRecord): Claim | undefined {
  return record.claims.find((claim) => claim.claimId === record.decidingClaimId) ?? record.claims.at(-1);
}

/** Where the record stands, in a word. */
export function statusText(status: RecordStatus, late = false): string {
  const of = texts.records.status;
  if (status === RecordStatus.CONFIRMED) return late ? `${of.present}, ${of.late.toLowerCase()}` : of.present;
  if (status === RecordStatus.FLAGGED) return of.flagged;
  if (status === RecordStatus.PENDING_VERIFICATION) return of.pending;
  if (status === RecordStatus.REJECTED) return of.rejected;
  if (status === RecordStatus.EXCUSED) return of.excused;
  return "";
}

/** Where the record stands, and what kind of look it needs. */
export function StatusChip({ record }: { record: AttendanceRecord }) {
  const { status, attention, late } = record;
  const tone: Tone =
    status === RecordStatus.CONFIRMED
      ? late
        ? "warn"
        : "good"
      : status === RecordStatus.FLAGGED
        ? attention === Attention.SUSPICIOUS
          ? "bad"
          : "warn"
        : status === RecordStatus.REJECTED
          ? "bad"
          : status === RecordStatus.PENDING_VERIFICATION
            ? "info"
            : "quiet";
  return <Chip tone={tone}>{statusText(status, late)}</Chip>;
}

/** What kind of look a flagged record needs. */
export function AttentionChip({ attention }: { attention: Attention }) {
  if (attention === Attention.SUSPICIOUS) return <Chip tone="bad">{texts.records.attention.suspicious}</Chip>;
  if (attention === Attention.NEEDS_LOOK) return <Chip tone="warn">{texts.records.attention.needsLook}</Chip>;
  return null;
}

/** What each check of a try found, short: why only where it is not as it should be. */
export function VerdictChips({ claim }: { claim: Claim }) {
  return (
    <ul class="verdict-chips">
      {claim.verdicts.filter(isNews).map((verdict) => {
        const { tone, sign, text } = outcomeOf(verdict);
        const [short, sentence] = why(verdict);
        const plain = verdict.outcome === Outcome.PASSED;
        return (
          <li key={verdict.check} class={`chip ${tone}`} title={sentence}>
            <span aria-hidden="true">{sign}</span>
            {checkName(verdict.check)}
            {plain || !short ? <span class="hidden-text">{` ${text}`}</span> : `: ${short}`}
          </li>
        );
      })}
      {claim.awaitedChecks.map((check) => (
        <li key={`awaited ${check}`} class="chip info" title={texts.records.awaited}>
          {`${checkName(check)}: ${texts.records.outcomes.awaited}`}
        </li>
      ))}
    </ul>
  );
}

/** What each check of a try found, with the reason and what was measured. */
export function VerdictList({ claim }: { claim: Claim }) {
  return (
    <ul class="verdict-list">
      {claim.verdicts.map((verdict) => {
        const { tone, sign, text } = outcomeOf(verdict);
        return (
          <li key={verdict.check}>
            <strong>{checkName(verdict.check)}</strong>
            <Chip tone={tone}>
              <span aria-hidden="true">{sign}</span>
              {text}
            </Chip>
            <span>
              {why(verdict)[1]}
              {verdict.measured !== undefined && verdict.threshold !== undefined && (
                <span class="faint numbers">
                  {` ${texts.records.measured(measure(verdict.measured, verdict.unit), measure(verdict.threshold, verdict.unit))}`}
                </span>
              )}
            </span>
          </li>
        );
      })}
      {claim.awaitedChecks.map((check) => (
        <li key={`awaited ${check}`}>
          <strong>{checkName(check)}</strong>
          <Chip tone="info">{texts.records.outcomes.awaited}</Chip>
          <span>{texts.records.awaited}</span>
        </li>
      ))}
    </ul>
  );
}

function measure(value: number, unit: string): string {
  const digits = unit === "m" || unit === "s" ? 0 : 3;
  const number = value.toLocaleString("en", { maximumFractionDigits: digits });
  return unit === "m" || unit === "s" ? `${number} ${unit}` : number;
}
