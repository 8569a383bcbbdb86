import { useState } from "preact/hooks";
import { isOvertaken, type Reviewing } from "../../api/reviewing";
import { type Appeal, AppealOutcome } from "../../contract/absense/v1/appeal_pb";
import { Button, Failure, Field, Loading, Notice } from "../../parts";
import { useAction } from "../../parts/action";
import { RecordDialog } from "../../parts/record-details";
import { dayAndTime } from "../../parts/times";
import { texts } from "../../texts";
import { usePages } from "./pages";

/** Students' objections that wait for a decision, the oldest first. */
export function Appeals({
  reviewing,
  courseId,
  sessionId,
}: {
  reviewing: Reviewing;
  courseId: string;
  sessionId: string;
}) {
  const pages = usePages((token, signal) => reviewing.appeals(courseId, token, signal), "appeals");
  const [done, setDone] = useState("");
  const [changed, setChanged] = useState(false);
  const [opened, setOpened] = useState("");
  const appeals = pages.items.filter((appeal) => !sessionId || appeal.sessionId === sessionId);
  const of = texts.review.appeals;
  return (
    <div class="stack">
      {done && <Notice tone="good">{done}</Notice>}
      {changed && <Notice tone="warn">{of.changed}</Notice>}
      {pages.error !== undefined && <Failure error={pages.error} retry={pages.again} />}
      {pages.busy && appeals.length === 0 && <Loading />}
      {!pages.busy && pages.error === undefined && appeals.length === 0 && <p class="sheet faint empty">{of.none}</p>}
      {appeals.map((appeal) => (
        <OneAppeal
          key={`${appeal.id} ${appeal.recordRevision}`}
          reviewing={reviewing}
          appeal={appeal}
          onLook={() => setOpened(appeal.recordId)}
          onDecided={(outcome) => {
            const name = appeal.student?.fullName || texts.rollCall.erased;
            setChanged(false);
            setDone(texts.review.decidedAs(name, outcome === AppealOutcome.DECLINED ? of.declined : of.accepted));
            pages.remove((one) => one.id === appeal.id);
          }}
          onOvertaken={() => {
            setDone("");
            setChanged(true);
            pages.again();
          }}
        />
      ))}
      {pages.more && (
        <div class="row">
          <Button busy={pages.busy} onClick={pages.next}>
            {texts.common.more}
          </Button>
        </div>
      )}
      {opened && (
        <RecordDialog
          reviewing={reviewing}
          recordId={opened}
          // a decision on the record may settle the appeal, and is another revision in any case
          onRecord={() => pages.again()}
          onClose={() => setOpened("")}
        />
      )}
    </div>
  );
}

function OneAppeal({
  reviewing,
  appeal,
  onLook,
  onDecided,
  onOvertaken,
}: {
  reviewing: Reviewing;
  appeal: Appeal;
  onLook: () => void;
  onDecided: (outcome: AppealOutcome) => void;
  onOvertaken: () => void;
}) {
  const [reason, setReason] = useState("");
  const [needed, setNeeded] = useState(false);
  const deciding = useAction(async (outcome: AppealOutcome) => {
    try {
      await reviewing.decideAppeal(appeal, outcome, reason.trim());
      onDecided(outcome);
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      onOvertaken();
    }
  });
  const decide = (outcome: AppealOutcome) => {
    const given = /[\p{L}\p{N}]/u.test(reason);
    setNeeded(!given);
    if (given) void deciding.run(outcome);
  };
  const of = texts.review.appeals;
  const name = appeal.student?.fullName || texts.rollCall.erased;
  return (
    <section class="sheet stack" aria-label={name}>
      <div class="row spread">
        <h2>{name}</h2>
        <span class="faint">{of.of(appeal.courseCode, dayAndTime(appeal.sessionOpenTime))}</span>
      </div>
      <p class="quote">{appeal.text}</p>
      <p class="row">
        <span class="faint">{of.filed(dayAndTime(appeal.createTime))}</span>
        {appeal.recordId ? (
          <Button small onClick={onLook}>
            {of.record}
          </Button>
        ) : (
          <span>{of.noRecord}</span>
        )}
      </p>
      {appeal.decidable ? (
        <>
          <Field label={of.reason} error={needed ? texts.review.appeals.needed : undefined}>
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
          {deciding.error !== undefined && <Failure error={deciding.error} />}
          <div class="row">
            <Button kind="primary" busy={deciding.busy} onClick={() => decide(AppealOutcome.PRESENT)}>
              {of.present}
            </Button>
            <Button busy={deciding.busy} onClick={() => decide(AppealOutcome.EXCUSED)}>
              {of.excused}
            </Button>
            <Button kind="danger" busy={deciding.busy} onClick={() => decide(AppealOutcome.DECLINED)}>
              {of.decline}
            </Button>
          </div>
        </>
      ) : (
        <p class="faint">{of.notYours}</p>
      )}
    </section>
  );
}
