import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { reasonOf } from "../../api/errors";
import { lecturer } from "../../api/transport";
import type { AttendanceSession } from "../../contract/absense/v1/attendance_session_pb";
import { Button, Dialog, Failure, Field, Notice } from "../../parts";
import { useAction } from "../../parts/action";
import { clockTime } from "../../parts/times";
import { texts } from "../../texts";

interface Asking {
  session: AttendanceSession;
  /** It is otherwise than it was shown. */
  onChange: (session: AttendanceSession) => void;
  /** It is as it was wanted. */
  onDone: (session: AttendanceSession) => void;
  onClose: () => void;
}

const LONGER = [5, 10, 15, 30, 60];

export function ExtendDialog(asking: Asking) {
  const { session } = asking;
  const [minutes, setMinutes] = useState(10);
  const end = session.endTime ? timestampDate(session.endTime) : new Date();
  const until = timestampFromDate(new Date(end.getTime() + minutes * 60_000));
  return (
    <Change
      {...asking}
      title={texts.session.extending.title}
      submit={texts.session.extending.submit}
      act={async (allowParallel) =>
        (
          await lecturer.updateSession({
            allowParallel,
            sessionId: session.id,
            endTime: until,
            updateMask: { paths: ["end_time"] },
            expectedRevision: session.revision,
          })
        ).session
      }
    >
      <Field label={texts.session.extending.by} hint={texts.session.extending.until(clockTime(until))}>
        {(ids) => (
          <select
            {...ids}
            class="input"
            value={minutes}
            onChange={(event) => setMinutes(Number(event.currentTarget.value))}
          >
            {LONGER.map((one) => (
              <option key={one} value={one}>
                {texts.session.extending.minutes(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </Change>
  );
}

export function CloseDialog(asking: Asking) {
  return (
    <Change
      {...asking}
      title={texts.session.closing.title}
      submit={texts.session.closing.submit}
      act={async () => (await lecturer.closeSession({ sessionId: asking.session.id })).session}
    >
      <p>{texts.session.closing.text}</p>
    </Change>
  );
}

export function ReopenDialog(asking: Asking) {
  return (
    <Change
      {...asking}
      title={texts.session.reopening.title}
      submit={texts.session.reopening.submit}
      act={async (allowParallel) =>
        (await lecturer.reopenSession({ sessionId: asking.session.id, allowParallel })).session
      }
    >
      <p>{texts.session.reopening.text}</p>
    </Change>
  );
}

export function NewCodeDialog(asking: Asking) {
  return (
    <Change
      {...asking}
      title={texts.session.renewing.title}
      submit={texts.session.renewing.submit}
      act={async () => (await lecturer.regenerateSessionCode({ sessionId: asking.session.id })).session}
    >
      <p>{texts.session.renewing.text}</p>
    </Change>
  );
}

export function CancelDialog(asking: Asking) {
  const [reason, setReason] = useState("");
  return (
    <Change
      {...asking}
      danger
      title={texts.session.cancelling.title}
      submit={texts.session.cancelling.submit}
      act={async () => (await lecturer.cancelSession({ sessionId: asking.session.id, reason })).session}
    >
      <p>{texts.session.cancelling.text}</p>
      <Field label={texts.session.cancelling.reason}>
        {(ids) => (
          <input
            {...ids}
            class="input"
            required
            maxLength={500}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        )}
      </Field>
    </Change>
  );
}

function Change({
  session,
  onChange,
  onDone,
  onClose,
  title,
  submit,
  danger = false,
  act,
  children,
}: Asking & {
  title: string;
  submit: string;
  danger?: boolean;
  /** `allowParallel`: even beside another session of the course, which the person was told of. */
  act: (allowParallel: boolean) => Promise<AttendanceSession | undefined>;
  children: ComponentChildren;
}) {
  const [overtaken, setOvertaken] = useState(false);
  const changing = useAction(async (allowParallel: boolean) => {
    try {
      const changed = await act(allowParallel);
      if (changed) onDone(changed);
    } catch (error) {
      if (reasonOf(error) !== "REVISION_MISMATCH") throw error;
      const { session: now } = await lecturer.getSession({ sessionId: session.id });
      if (now) onChange(now);
      setOvertaken(true);
    }
  });
  const overlaps = reasonOf(changing.error) === "SESSION_OVERLAPS";
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setOvertaken(false);
          void changing.run(overlaps);
        }}
      >
        {children}
        {overtaken && <Notice tone="warn">{texts.session.changed}</Notice>}
        {changing.error !== undefined && <Failure error={changing.error} />}
        <div class="row">
          <Button type="submit" kind={danger ? "danger" : "primary"} busy={changing.busy}>
            {overlaps ? texts.session.anyway : submit}
          </Button>
          <Button onClick={onClose}>{danger ? texts.session.keep : texts.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
