import { useState } from "preact/hooks";
import type { DecidedStatus, Reviewing, ReviewScope } from "../../api/reviewing";
import { type AttendanceRecord, Attention, RecordStatus } from "../../contract/absense/v1/attendance_record_pb";
import { Check, Outcome, VerdictReason } from "../../contract/absense/v1/verdict_pb";
import { Button, Failure, Field, Loading, Notice, Table } from "../../parts";
import { useAction } from "../../parts/action";
import { Presets } from "../../parts/decide";
import { dayAndTime } from "../../parts/times";
import { decidingClaim, VerdictChips } from "../../parts/verdicts";
import { texts } from "../../texts";
import { usePages } from "./pages";

/** Those whose only trouble is that they have enrolled no face: to be decided by sight, many at once. */
export function BySight({ reviewing, scope }: { reviewing: Reviewing; scope: ReviewScope }) {
  const pages = usePages((token, signal) => reviewing.flagged(scope, token, signal, Attention.NEEDS_LOOK), "records");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState<string>(texts.review.sight.preset);
  const [outcome, setOutcome] = useState<{ done: number; refused: number }>();
  const records = pages.items.filter(lacksFaceOnly);
  const wanted = records.filter((record) => chosen.has(record.id));
  const deciding = useAction(async (status: DecidedStatus) => {
    setOutcome(undefined);
    const outcomes = await reviewing.decideMany(wanted, status, reason.trim());
    const done = new Set(outcomes.filter((one) => one.decided).map((one) => one.recordId));
    setOutcome({ done: done.size, refused: outcomes.length - done.size });
    setChosen(new Set());
    if (done.size < outcomes.length) pages.again();
    else pages.remove((record) => done.has(record.id));
  });
  const of = texts.review.sight;

  function choose(id: string, on: boolean) {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  }

  const more = pages.more && (
    <div class="row">
      <Button busy={pages.busy} onClick={pages.next}>
        {texts.common.more}
      </Button>
    </div>
  );
  return (
    <div class="stack">
      <p class="faint">{of.text}</p>
      {outcome && outcome.done > 0 && <Notice tone="good">{of.done(outcome.done)}</Notice>}
      {outcome && outcome.refused > 0 && <Notice tone="warn">{of.refused(outcome.refused)}</Notice>}
      {pages.error !== undefined && <Failure error={pages.error} retry={pages.again} />}
      {pages.busy && records.length === 0 && <Loading />}
      {!pages.busy && pages.error === undefined && records.length === 0 && <p class="sheet faint empty">{of.none}</p>}
      {records.length > 0 && (
        <>
          <Table
            caption={of.caption}
            heads={[texts.rollCall.heads.student, texts.review.session, texts.rollCall.heads.checks]}
          >
            {records.map((record) => {
              const claim = decidingClaim(record);
              const name = record.student?.fullName || texts.rollCall.erased;
              return (
                <tr key={record.id}>
                  <th scope="row">
                    <label class="check">
                      <input
                        type="checkbox"
                        checked={chosen.has(record.id)}
                        onChange={(event) => choose(record.id, event.currentTarget.checked)}
                      />
                      <span>
                        <span class="name">{name}</span>{" "}
                        <span class="faint numbers">{record.student?.institutionNumber}</span>
                      </span>
                    </label>
                  </th>
                  <td>{texts.review.of(record.courseCode, dayAndTime(record.sessionOpenTime))}</td>
                  <td>{claim && <VerdictChips claim={claim} />}</td>
                </tr>
              );
            })}
          </Table>
          {more}
          <div class="sheet stack batch">
            <label class="check">
              <input
                type="checkbox"
                checked={wanted.length === records.length}
                onChange={(event) =>
                  setChosen(new Set(event.currentTarget.checked ? records.map((record) => record.id) : []))
                }
              />
              {of.all}
            </label>
            <Field label={texts.records.decision.reason} hint={texts.records.decision.hint}>
              {(ids) => (
                <input
                  {...ids}
                  class="input"
                  maxLength={500}
                  autocomplete="off"
                  value={reason}
                  onInput={(event) => setReason(event.currentTarget.value)}
                />
              )}
            </Field>
            <Presets presets={texts.rollCall.marking.presets} onChoose={setReason} />
            {deciding.error !== undefined && <Failure error={deciding.error} />}
            <div class="row">
              <Button
                kind="primary"
                busy={deciding.busy}
                disabled={wanted.length === 0 || !said(reason)}
                onClick={() => void deciding.run(RecordStatus.CONFIRMED)}
              >
                {of.confirm(wanted.length)}
              </Button>
              <Button
                kind="danger"
                busy={deciding.busy}
                disabled={wanted.length === 0 || !said(reason)}
                onClick={() => void deciding.run(RecordStatus.REJECTED)}
              >
                {of.reject(wanted.length)}
              </Button>
              <Button
                busy={deciding.busy}
                disabled={wanted.length === 0 || !said(reason)}
                onClick={() => void deciding.run(RecordStatus.EXCUSED)}
              >
                {of.excuse(wanted.length)}
              </Button>
            </div>
          </div>
        </>
      )}
      {records.length === 0 && more}
    </div>
  );
}

const said = (reason: string): boolean => /[\p{L}\p{N}]/u.test(reason);

/** Whether nothing stands against the record but that there is no enrolled face to compare with. */
function lacksFaceOnly(record: AttendanceRecord): boolean {
  const claim = decidingClaim(record);
  if (!claim || claim.awaitedChecks.length > 0) return false;
  const noFace = claim.verdicts.some(
    (one) => one.check === Check.FACE && one.outcome === Outcome.SKIPPED && one.reason === VerdictReason.NO_CONSENT,
  );
  return noFace && claim.verdicts.every((one) => one.outcome === Outcome.PASSED || one.outcome === Outcome.SKIPPED);
}
