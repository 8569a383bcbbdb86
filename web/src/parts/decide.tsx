import { useRef, useState } from "preact/hooks";
import { type DecidedStatus, isOvertaken, type Reviewing } from "../api/reviewing";
import { type AttendanceRecord, RecordStatus } from "../contract/absense/v1/attendance_record_pb";
import { texts } from "../texts";
import { Button, Failure, Field, Notice } from ".";
import { type Action, useAction } from "./action";

/** A decision in the making: the reason as it stands, and what gives it. */
export interface Deciding {
  reason: string;
  setReason: (reason: string) => void;
  decide: (status: DecidedStatus) => void;
  action: Action<[DecidedStatus], void>;
  /** What stands in the way: no reason yet, or the record is another than the one that was seen. */
  trouble: "" | "reason" | "changed";
  field: preact.RefObject<HTMLInputElement | null>;
}

/** Decide on a record; where somebody was faster, `onRecord` brings the record as it is now, and nothing was decided. */
export function useDeciding(
  reviewing: Reviewing,
  record: AttendanceRecord,
  onRecord: (record: AttendanceRecord, decided: boolean) => void,
): Deciding {
  const [reason, setReason] = useState("");
  const [trouble, setTrouble] = useState<Deciding["trouble"]>("");
  const field = useRef<HTMLInputElement>(null);
  const action = useAction(async (status: DecidedStatus) => {
    try {
      const after = await reviewing.decide(record, status, reason.trim());
      setReason("");
      onRecord(after, true);
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      onRecord(await reviewing.record(record.id), false);
      setTrouble("changed");
    }
  });
  return {
    reason,
    setReason: (given) => {
      setTrouble("");
      setReason(given);
    },
    decide: (status) => {
      // the contract wants a letter or a digit
      if (!/[\p{L}\p{N}]/u.test(reason)) {
        setTrouble("reason");
        field.current?.focus();
        return;
      }
      setTrouble("");
      void action.run(status);
    },
    action,
    trouble,
    field,
  };
}

/** The reason, common ones at hand, and the three decisions. */
export function DecisionForm({
  deciding,
  status,
  numbered = false,
}: {
  deciding: Deciding;
  /** Where the record stands; it is not decided so again. */
  status: RecordStatus;
  /** Whether presets show the digit that chooses them. */
  numbered?: boolean;
}) {
  const { action, trouble, reason, setReason, decide, field } = deciding;
  const of = texts.records.decision;
  return (
    <div class="stack decision">
      <Field label={of.reason} hint={of.hint} error={trouble === "reason" ? of.needed : undefined}>
        {(ids) => (
          <input
            {...ids}
            ref={field}
            class="input"
            maxLength={500}
            autocomplete="off"
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        )}
      </Field>
      <Presets presets={texts.records.presets} numbered={numbered} onChoose={setReason} />
      {trouble === "changed" && <Notice tone="warn">{texts.records.changed}</Notice>}
      {action.error !== undefined && <Failure error={action.error} />}
      <div class="row">
        {status !== RecordStatus.CONFIRMED && (
          <Button kind="primary" busy={action.busy} onClick={() => decide(RecordStatus.CONFIRMED)}>
            {of.confirm}
          </Button>
        )}
        {status !== RecordStatus.REJECTED && (
          <Button kind="danger" busy={action.busy} onClick={() => decide(RecordStatus.REJECTED)}>
            {of.reject}
          </Button>
        )}
        {status !== RecordStatus.EXCUSED && (
          <Button busy={action.busy} onClick={() => decide(RecordStatus.EXCUSED)}>
            {of.excuse}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Common reasons, to be put into a field. */
export function Presets({
  presets,
  numbered = false,
  onChoose,
}: {
  presets: readonly string[];
  numbered?: boolean;
  onChoose: (reason: string) => void;
}) {
  return (
    <fieldset class="presets">
      <legend class="hidden-text">{texts.records.decision.presets}</legend>
      {presets.map((preset, index) => (
        <button key={preset} type="button" class="preset" onClick={() => onChoose(preset)}>
          {numbered && (
            <span class="key" aria-hidden="true">
              {index + 1}
            </span>
          )}
          {preset}
        </button>
      ))}
    </fieldset>
  );
}
