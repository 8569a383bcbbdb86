import { useRef, useState } from "preact/hooks";
import { reasonOf } from "../../api/errors";
import { newId } from "../../api/ids";
import { lecturer } from "../../api/transport";
import { SessionState } from "../../contract/absense/v1/attendance_session_pb";
import { Button, Dialog, Failure } from "../../parts";
import { useAction } from "../../parts/action";
import { go } from "../../router";
import { texts } from "../../texts";
import type { Opening } from "./like";

interface Overlap {
  opening: Opening;
  /** The session that is open; "" where it is over by now, or opens later. */
  openId: string;
}

/**
 * Open a session and show its code; where one is open already, ask what to do. One press is one session, however often
 * it is tried: the same request_id goes along until it has succeeded or something else is asked for.
 */
export function useOpening() {
  const intent = useRef({ content: "", requestId: "" });
  const [overlap, setOverlap] = useState<Overlap | null>(null);

  const opening = useAction(async (make: () => Promise<Opening>) => {
    const wanted = await make();
    const content = JSON.stringify(wanted, (_, value) => (typeof value === "bigint" ? String(value) : value));
    if (intent.current.content !== content) intent.current = { content, requestId: newId() };
    try {
      const { session } = await lecturer.createSession({ ...wanted, requestId: intent.current.requestId });
      intent.current = { content: "", requestId: "" };
      setOverlap(null);
      if (session) go(wanted.openTime ? `/courses/${session.courseId}` : `/sessions/${session.id}/projector`);
    } catch (error) {
      if (reasonOf(error) !== "SESSION_OVERLAPS") throw error;
      const { sessions } = await lecturer.listSessions({
        courseId: wanted.courseId ?? "",
        states: [SessionState.OPEN],
        pageSize: 1,
      });
      setOverlap({ opening: wanted, openId: sessions[0]?.id ?? "" });
    }
  });

  const dialog = overlap && (
    <Dialog title={texts.teaching.overlap.title} onClose={() => setOverlap(null)}>
      <p>{texts.teaching.overlap.why}</p>
      {opening.error !== undefined && <Failure error={opening.error} />}
      <div class="row">
        {overlap.openId && (
          <Button kind="primary" onClick={() => go(`/sessions/${overlap.openId}/projector`)}>
            {texts.teaching.overlap.show}
          </Button>
        )}
        <Button
          busy={opening.busy}
          onClick={() => void opening.run(async () => ({ ...overlap.opening, allowParallel: true }))}
        >
          {texts.teaching.overlap.beside}
        </Button>
        <Button onClick={() => setOverlap(null)}>{texts.common.cancel}</Button>
      </div>
    </Dialog>
  );
  return { run: opening.run, busy: opening.busy, error: overlap ? undefined : opening.error, dialog };
}
