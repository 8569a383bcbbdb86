import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Reviewing, ReviewScope } from "../../api/reviewing";
import { stored } from "../../api/stored";
import { type AttendanceRecord, RecordStatus } from "../../contract/absense/v1/attendance_record_pb";
import { Button, Dialog, Failure, Loading } from "../../parts";
import { type Deciding, DecisionForm, useDeciding } from "../../parts/decide";
import { type Photographs, usePhotographs } from "../../parts/images";
import { DecisionList, RecordFacts, SideBySide } from "../../parts/record-details";
import { dayAndTime } from "../../parts/times";
import { decidingClaim, statusText, VerdictList } from "../../parts/verdicts";
import { texts } from "../../texts";
import { type Key, keyOf } from "./keys";
import { usePages } from "./pages";

const KEYS_OFF = "absense.review.keys";

/** One record after the other, the selfie beside the enrolled face; by mouse or by keyboard. */
export function Queue({ reviewing, scope }: { reviewing: Reviewing; scope: ReviewScope }) {
  const pages = usePages((token, signal) => reviewing.flagged(scope, token, signal), "records");
  const [at, setAt] = useState(0);
  const [last, setLast] = useState<{ at: number; text: string }>();
  const { items: records, more } = pages;
  // the next page is there before it is needed
  useEffect(() => {
    if (more && !pages.busy && pages.error === undefined && at >= records.length - 2) pages.next();
  }, [at, more, pages.busy, pages.error, records.length]);

  const record = records[at];
  // held here, so that what was fetched ahead is there when its record comes
  const photographs = usePhotographs(reviewing.image);
  useEffect(() => {
    if (!record) photographs.want([]);
  }, [record, photographs]);

  if (pages.error !== undefined && !record) return <Failure error={pages.error} retry={pages.again} />;
  if (!record) {
    if (pages.busy || more) return <Loading />;
    return (
      <div class="sheet empty stack">
        <p role="status">
          {last ? `${last.text} ` : ""}
          {records.length === 0 ? texts.review.none : texts.review.allSeen}
        </p>
        <div class="row centred">
          {records.length > 0 && (
            <Button onClick={() => setAt(last ? last.at : records.length - 1)}>{texts.review.lookAgain}</Button>
          )}
          <Button
            onClick={() => {
              setAt(0);
              setLast(undefined);
              pages.again();
            }}
          >
            {texts.review.again}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <Look
      key={record.id}
      reviewing={reviewing}
      photographs={photographs}
      record={record}
      following={records[at + 1]}
      position={texts.review.position(at + 1, records.length, more)}
      last={last}
      onRecord={(now, decided) => {
        pages.replace(at, now);
        if (!decided) return;
        const name = now.student?.fullName || texts.rollCall.erased;
        setLast({ at, text: texts.review.decidedAs(name, statusText(now.status, now.late)) });
        setAt(at + 1);
      }}
      onGo={setAt}
      at={at}
    />
  );
}

function Look({
  reviewing,
  photographs,
  record,
  following,
  position,
  at,
  last,
  onRecord,
  onGo,
}: {
  reviewing: Reviewing;
  photographs: Photographs;
  record: AttendanceRecord;
  following: AttendanceRecord | undefined;
  position: string;
  at: number;
  last: { at: number; text: string } | undefined;
  onRecord: (record: AttendanceRecord, decided: boolean) => void;
  onGo: (at: number) => void;
}) {
  const [tryShown, setTryShown] = useState(record.decidingClaimId);
  const [help, setHelp] = useState(false);
  const [keysOn, setKeysOn] = useState(stored.get(KEYS_OFF) !== "off");
  const deciding = useDeciding(reviewing, record, onRecord);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useKeys(keysOn && !help, (key) => act(key, deciding, record, at, onGo, () => setHelp(true)));

  const claim = record.claims.find((one) => one.claimId === tryShown) ?? decidingClaim(record);
  const of = texts.review;
  return (
    <section class="stack look" aria-label={record.student?.fullName || texts.rollCall.erased}>
      <div class="row spread">
        <div class="stack-small">
          <h2 ref={heading} tabIndex={-1}>
            {record.student?.fullName || texts.rollCall.erased}
          </h2>
          <RecordFacts record={record} />
        </div>
        <div class="row">
          <span class="faint numbers">{position}</span>
          <Button small disabled={at === 0} onClick={() => onGo(at - 1)}>
            {of.previous}
          </Button>
          <Button small onClick={() => onGo(at + 1)}>
            {record.status === RecordStatus.FLAGGED ? of.skip : of.next}
          </Button>
        </div>
      </div>
      {last && last.at !== at && (
        <p class="row" role="status">
          <span>{last.text}</span>
          <Button small kind="plain" onClick={() => onGo(last.at)}>
            {of.lookAgain}
          </Button>
        </p>
      )}
      <div class="look-parts">
        <SideBySide photographs={photographs} record={record} claim={claim} next={photographsOf(following)} />
        <div class="stack">
          {record.appeal && (
            <div class="stack-small">
              <h3>{texts.records.details.appeal}</h3>
              <p class="quote">{record.appeal.text}</p>
            </div>
          )}
          {record.claims.length > 1 && (
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form's fields
            <div class="filters" role="group" aria-label={texts.rollCall.heads.tries}>
              {record.claims.map((one) => (
                <Button key={one.claimId} small aria-pressed={one === claim} onClick={() => setTryShown(one.claimId)}>
                  {`${texts.records.details.try(one.number)}, ${dayAndTime(one.claimTime)}`}
                </Button>
              ))}
            </div>
          )}
          {claim ? <VerdictList claim={claim} /> : <p class="faint">{texts.records.details.noTries}</p>}
          {record.decisions.length > 0 && <DecisionList record={record} />}
        </div>
      </div>
      <div class="sheet">
        <DecisionForm deciding={deciding} status={record.status} numbered={keysOn} />
        <div class="row spread keys">
          <label class="check">
            <input
              type="checkbox"
              checked={keysOn}
              onChange={(event) => {
                const on = event.currentTarget.checked;
                setKeysOn(on);
                if (on) stored.remove(KEYS_OFF);
                else stored.set(KEYS_OFF, "off");
              }}
            />
            {of.shortcuts}
          </label>
          <Button small kind="plain" onClick={() => setHelp(true)}>
            {of.help}
          </Button>
        </div>
      </div>
      {help && <Help onClose={() => setHelp(false)} />}
    </section>
  );
}

/** The photographs that a record shows first. */
function photographsOf(record: AttendanceRecord | undefined): string[] {
  if (!record) return [];
  return [decidingClaim(record)?.imageId ?? "", record.referenceImageIds[0] ?? ""].filter(Boolean);
}

function act(
  key: Key,
  deciding: Deciding,
  record: AttendanceRecord,
  at: number,
  onGo: (at: number) => void,
  onHelp: () => void,
): void {
  const wanted = {
    confirm: RecordStatus.CONFIRMED,
    reject: RecordStatus.REJECTED,
    excuse: RecordStatus.EXCUSED,
  } as const;
  if (key.does === "preset") {
    const preset = texts.records.presets[key.index];
    if (preset) deciding.setReason(preset);
  } else if (key.does === "help") onHelp();
  else if (key.does === "next") onGo(at + 1);
  else if (key.does === "previous") at > 0 && onGo(at - 1);
  else if (wanted[key.does] !== record.status) deciding.decide(wanted[key.does]);
}

/** Hear keys while nobody types and no dialog is open. */
function useKeys(on: boolean, onKey: (key: Key) => void): void {
  const latest = useRef(onKey);
  latest.current = onKey;
  // before the next key can come
  useLayoutEffect(() => {
    if (!on) return;
    function press(event: KeyboardEvent) {
      const target = event.target as Element | null;
      const typing = Boolean(target?.closest("input:not([type=checkbox]), textarea, select, [contenteditable]"));
      const key = typing || document.querySelector("dialog[open]") ? undefined : keyOf(event);
      if (!key) return;
      event.preventDefault();
      latest.current(key);
    }
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [on]);
}

function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={texts.review.helpTitle} onClose={onClose}>
      <dl class="keys-list">
        {texts.review.keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p class="faint">{texts.review.helpHint}</p>
      <div class="row">
        <Button onClick={onClose}>{texts.common.close}</Button>
      </div>
    </Dialog>
  );
}
