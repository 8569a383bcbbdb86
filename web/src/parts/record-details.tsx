import { useEffect, useState } from "preact/hooks";
import type { Reviewing } from "../api/reviewing";
import { type AttendanceRecord, type Claim, RecordSource } from "../contract/absense/v1/attendance_record_pb";
import { texts } from "../texts";
import { Button, Chip, Dialog, Failure, Loading } from ".";
import { DecisionForm, useDeciding } from "./decide";
import { PhotographFrame, type Photographs, usePhotographs } from "./images";
import { useLoaded } from "./loaded";
import { dayAndTime } from "./times";
import { AttentionChip, decidingClaim, StatusChip, statusText, VerdictList } from "./verdicts";

/** Everything about one record: all its tries, what was decided, and a decision to be made. */
export function RecordDialog({
  reviewing,
  recordId,
  onRecord,
  onClose,
}: {
  reviewing: Reviewing;
  recordId: string;
  onRecord?: (record: AttendanceRecord) => void;
  onClose: () => void;
}) {
  // read anew: the list has no photographs to compare with, and may be a moment behind
  const loaded = useLoaded((signal) => reviewing.record(recordId, signal), [recordId]);
  const [newer, setNewer] = useState<AttendanceRecord>();
  const record = newer ?? loaded.value;
  return (
    <Dialog title={record?.student?.fullName || texts.rollCall.erased} wide onClose={onClose}>
      {loaded.error !== undefined && <Failure error={loaded.error} retry={loaded.reload} />}
      {!record && loaded.busy && <Loading />}
      {record && (
        <RecordDetails
          reviewing={reviewing}
          record={record}
          onRecord={(now) => {
            setNewer(now);
            onRecord?.(now);
          }}
        />
      )}
      <div class="row">
        <Button onClick={onClose}>{texts.common.close}</Button>
      </div>
    </Dialog>
  );
}

function RecordDetails({
  reviewing,
  record,
  onRecord,
}: {
  reviewing: Reviewing;
  record: AttendanceRecord;
  onRecord: (record: AttendanceRecord) => void;
}) {
  const of = texts.records.details;
  const deciding = useDeciding(reviewing, record, (now) => onRecord(now));
  const chosen = decidingClaim(record);
  return (
    <>
      <RecordFacts record={record} />
      {record.appeal && (
        <section class="stack-small">
          <h3>{of.appeal}</h3>
          <p class="quote">{record.appeal.text}</p>
        </section>
      )}
      {record.claims.length === 0 && <p class="faint">{of.noTries}</p>}
      {record.claims.map((claim) => (
        <section key={claim.claimId} class="stack-small">
          <h3>
            {of.try(claim.number)} <span class="faint numbers">{dayAndTime(claim.claimTime)}</span>{" "}
            {record.claims.length > 1 && claim === chosen && <Chip>{of.deciding}</Chip>}
          </h3>
          <VerdictList claim={claim} />
        </section>
      ))}
      <PhotographsOnDemand reviewing={reviewing} record={record} claim={chosen} />
      <section class="stack-small">
        <h3>{of.decisions}</h3>
        <DecisionList record={record} />
      </section>
      <section class="stack-small">
        <h3>{of.decide}</h3>
        <DecisionForm deciding={deciding} status={record.status} />
      </section>
    </>
  );
}

/** Whose record, and where it stands. */
export function RecordFacts({ record }: { record: AttendanceRecord }) {
  return (
    <p class="row">
      <StatusChip record={record} />
      <AttentionChip attention={record.attention} />
      {record.source !== RecordSource.CLAIM && <Chip>{sourceText(record.source)}</Chip>}
      <span class="numbers">{record.student?.institutionNumber}</span>
      <span class="faint">{`${record.courseCode}, ${dayAndTime(record.sessionOpenTime)}`}</span>
    </p>
  );
}

function sourceText(source: RecordSource): string {
  return source === RecordSource.MANUAL ? texts.records.source.manual : texts.records.source.offline;
}

/** Every decision of a person, the first one first. */
export function DecisionList({ record }: { record: AttendanceRecord }) {
  const of = texts.records.details;
  if (record.decisions.length === 0) return <p class="faint">{of.noDecisions}</p>;
  return (
    <ol class="decision-list">
      {record.decisions.map((decision) => (
        <li key={decision.id}>
          <strong>{of.wentFrom(statusText(decision.fromStatus), statusText(decision.toStatus))}</strong>
          {`: ${decision.reason} `}
          <span class="faint">
            {[decision.decidedBy?.fullName, dayAndTime(decision.decideTime)].filter(Boolean).join(", ")}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Photographs are loaded only when asked for, because each look is written down. */
function PhotographsOnDemand({
  reviewing,
  record,
  claim,
}: {
  reviewing: Reviewing;
  record: AttendanceRecord;
  claim: Claim | undefined;
}) {
  const [shown, setShown] = useState(false);
  const photographs = usePhotographs(reviewing.image);
  if (!claim?.imageId && record.referenceImageIds.length === 0) return null;
  if (shown) return <SideBySide photographs={photographs} record={record} claim={claim} next={[]} />;
  return (
    <p class="row">
      <Button small onClick={() => setShown(true)}>
        {texts.records.details.photographs}
      </Button>
      <span class="faint">{texts.records.details.photographsHint}</span>
    </p>
  );
}

/** The selfie of a try beside the enrolled face, as large as each other. `next`: photographs to have ready. */
export function SideBySide({
  photographs,
  record,
  claim,
  next,
}: {
  photographs: Photographs;
  record: AttendanceRecord;
  claim: Claim | undefined;
  next: string[];
}) {
  const [turned, setTurned] = useState(0);
  const of = texts.records.photographs;
  const references = record.referenceImageIds;
  const at = Math.min(turned, Math.max(0, references.length - 1));
  const wanted = [claim?.imageId ?? "", references[at] ?? "", ...next].filter(Boolean);
  useEffect(() => photographs.want(wanted), [photographs, wanted.join()]);
  const name = record.student?.fullName || texts.rollCall.erased;
  return (
    <div class="side-by-side">
      <PhotographFrame
        caption={of.selfie}
        alt={`${of.selfie}: ${name}`}
        missing={of.noSelfie}
        photographs={photographs}
        imageIds={claim?.imageId ? [claim.imageId] : []}
        at={0}
        onTurn={() => {}}
      />
      <PhotographFrame
        caption={of.reference}
        alt={`${of.reference}: ${name}`}
        missing={of.noReference}
        photographs={photographs}
        imageIds={references}
        at={at}
        onTurn={setTurned}
      />
    </div>
  );
}
