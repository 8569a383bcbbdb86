import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { reasonOf } from "../api/errors";
import { lecturer } from "../api/transport";
import { type AttendanceSession, SessionState } from "../contract/absense/v1/attendance_session_pb";
import { Button, ButtonLink, Dialog, Failure, Figures, Heading, Loading, Notice } from "../parts";
import { useAction } from "../parts/action";
import { clockTime, dayAndTime } from "../parts/times";
import { go } from "../router";
import "../style/projector.css";
import { texts } from "../texts";
import { Projection } from "./projector/projection";
import { useFullScreen, useRest, useWakeLock } from "./projector/screen";
import { countdown } from "./projector/timing";

const words = texts.projector;
const EXTEND_MS = 5 * 60_000;
/** A session closed by hand can be opened again for so long. */
const REOPEN_MS = 15 * 60_000;

/** The code on the wall: turns by itself, and never shows one that is no longer good. */
export function ProjectorPage({ sessionId }: { sessionId: string }) {
  const projection = useMemo(() => new Projection(sessionId), [sessionId]);
  const rests = useRest();
  useEffect(() => {
    projection.start();
    return () => projection.stop();
  }, [projection]);
  useWakeLock();

  const stage = projection.stage.value;
  const session = projection.session.value;
  if (stage.kind === "failed") {
    return (
      <main class="narrow stack">
        <Heading title={words.failed} />
        <Failure error={stage.error} retry={() => projection.retry()} />
        <a href="/">{texts.common.toStart}</a>
      </main>
    );
  }
  if (!session) {
    return (
      <main class="narrow stack">
        <Loading />
        <Lost projection={projection} />
      </main>
    );
  }
  if (stage.kind === "over") return <Over session={session} projection={projection} />;
  return (
    <main class={`projector ${rests ? "rests" : ""}`}>
      <div class="projector-code">
        {stage.kind === "waiting" ? (
          <Opens projection={projection} session={session} />
        ) : (
          <Code projection={projection} />
        )}
      </div>
      <div class="projector-side">
        <div class="projector-title">
          <Heading title={`${session.courseCode} ${session.courseTitle}`} />
          {session.room && <p class="faint">{session.room}</p>}
        </div>
        <Typed projection={projection} />
        <Turning projection={projection} />
        <Presence projection={projection} session={session} />
        <Lost projection={projection} />
      </div>
      <Controls projection={projection} session={session} />
    </main>
  );
}

function Code({ projection }: { projection: Projection }) {
  const code = projection.code.value;
  const svg = code?.svg;
  const [picture, setPicture] = useState("");
  useEffect(() => {
    if (!svg) return setPicture("");
    const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    setPicture(url);
    return () => URL.revokeObjectURL(url);
  }, [svg]);
  if (!svg) {
    return (
      <p class="projector-empty" role="status">
        {projection.stage.value.kind === "starting" ? words.starting : words.noCode}
      </p>
    );
  }
  return picture ? <img class="projector-qr" src={picture} alt={words.code} /> : null;
}

/** The eight digits, and the six characters that only find the session. */
function Typed({ projection }: { projection: Projection }) {
  const code = projection.code.value;
  const session = projection.session.value;
  return (
    <dl class="projector-typed">
      {code?.typedCode && (
        <div>
          <dt>{words.typed}</dt>
          <dd class="digits">
            {code.typedCode.slice(0, 4)} {code.typedCode.slice(4)}
          </dd>
        </div>
      )}
      {session && (
        <div>
          <dt>{words.session}</dt>
          <dd class="find">{session.sessionCode}</dd>
        </div>
      )}
    </dl>
  );
}

/** How long until the next code: seen, not said, for a screen reader would say it every second. */
function Turning({ projection }: { projection: Projection }) {
  const stands = projection.standing.value;
  const next = projection.code.value?.nextRotationTime;
  if (!stands) return null;
  const waits = stands.untilNext === 0;
  const text = waits ? words.stillFor : next ? words.newIn : words.lastFor;
  return (
    <div class="projector-turning" aria-hidden="true">
      <p>
        {text} <strong class="numbers">{countdown(waits ? stands.left : stands.untilNext)}</strong>
      </p>
      <div class="projector-bar">
        <div style={{ transform: `scaleX(${stands.share.toFixed(4)})` }} />
      </div>
    </div>
  );
}

function Presence({ projection, session }: { projection: Projection; session: AttendanceSession }) {
  const { counts, expectedCount, lateAfterTime, endTime } = session;
  const late = projection.lateNow.value;
  const inside = counts ? counts.confirmed + counts.flagged + counts.pending : 0;
  return (
    <div class="projector-presence">
      <p class="count">
        <strong class="numbers">{inside.toLocaleString("en")}</strong>{" "}
        {!expectedCount ? words.in : words.of(expectedCount.toLocaleString("en"))}
      </p>
      {lateAfterTime && (
        <p class={late ? "late" : ""}>
          {late ? words.lateNow(clockTime(lateAfterTime)) : words.lateFrom(clockTime(lateAfterTime))}
        </p>
      )}
      <p class="faint">{words.ends(clockTime(endTime))}</p>
    </div>
  );
}

/** Says when the connection is lost, and when it is back. */
function Lost({ projection }: { projection: Projection }) {
  const lost = projection.lost.value;
  const [back, setBack] = useState(false);
  const was = useRef(false);
  useEffect(() => {
    setBack(was.current && !lost);
    was.current = lost;
  }, [lost]);
  if (!lost) {
    return (
      <p class="hidden-text" role="status">
        {back ? words.back : ""}
      </p>
    );
  }
  return (
    <Notice tone="bad">
      <div class="row spread">
        <span>{projection.code.value ? words.lost : words.lostNoCode}</span>
        <Button small onClick={() => projection.retry()}>
          {texts.common.retry}
        </Button>
      </div>
    </Notice>
  );
}

function Opens({ projection, session }: { projection: Projection; session: AttendanceSession }) {
  return (
    <div class="projector-opens">
      <p>{words.opens}</p>
      <p class="big numbers" role="timer">
        {countdown(projection.untilOpen.value)}
      </p>
      <p class="faint">{words.opensAt(dayAndTime(session.openTime))}</p>
    </div>
  );
}

function Controls({ projection, session }: { projection: Projection; session: AttendanceSession }) {
  const full = useFullScreen();
  const [asks, setAsks] = useState(false);
  const [said, setSaid] = useState("");
  const running = useComputed(() => projection.stage.value.kind === "running").value;

  const rotating = useAction(async () => {
    setSaid("");
    const { code } = await lecturer.rotateQrCode({ sessionId: session.id });
    if (code) projection.show(code);
  });
  const extending = useAction(async () => {
    if (!session.endTime) return;
    setSaid("");
    try {
      const answer = await lecturer.updateSession({
        sessionId: session.id,
        endTime: timestampFromMs(timestampMs(session.endTime) + EXTEND_MS),
        updateMask: { paths: ["end_time"] },
        expectedRevision: session.revision,
        // it is open already, beside whatever else is
        allowParallel: true,
      });
      projection.changed(answer.session);
      setSaid(words.extended(clockTime(answer.session?.endTime)));
    } catch (error) {
      projection.refresh();
      if (reasonOf(error) !== "REVISION_MISMATCH") throw error;
      setSaid(words.changedElsewhere);
    }
  });
  const closing = useAction(async () => {
    const answer = await lecturer.closeSession({ sessionId: session.id });
    setAsks(false);
    projection.changed(answer.session);
  });

  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "f" || event.key === "F") full?.toggle();
      else if (event.key === "Escape" && !document.fullscreenElement) go(`/courses/${session.courseId}`);
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });

  const error = rotating.error ?? extending.error;
  return (
    <div class="projector-controls">
      <div role="status">{said && <Notice>{said}</Notice>}</div>
      {error !== undefined && <Failure error={error} />}
      <section class="row" aria-label={words.controls}>
        {full && <Button onClick={full.toggle}>{full.on ? words.window : words.fullScreen}</Button>}
        {running && (
          <>
            <Button busy={rotating.busy} onClick={() => void rotating.run()}>
              {words.rotate}
            </Button>
            <Button busy={extending.busy} onClick={() => void extending.run()}>
              {words.extend}
            </Button>
          </>
        )}
        <ButtonLink href={`/sessions/${session.id}`}>{words.rollCall}</ButtonLink>
        {running && (
          <Button kind="danger" onClick={() => setAsks(true)}>
            {words.close}
          </Button>
        )}
        <ButtonLink href={`/courses/${session.courseId}`}>{words.leave}</ButtonLink>
      </section>
      {asks && (
        <Dialog title={words.closing.title} onClose={() => setAsks(false)}>
          <p>{words.closing.why}</p>
          {closing.error !== undefined && <Failure error={closing.error} />}
          <div class="row">
            <Button kind="primary" busy={closing.busy} onClick={() => void closing.run()}>
              {words.closing.confirm}
            </Button>
            <Button onClick={() => setAsks(false)}>{words.closing.cancel}</Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Over({ session, projection }: { session: AttendanceSession; projection: Projection }) {
  const { counts, expectedCount } = session;
  const cancelled = session.state === SessionState.CANCELLED;
  const reopening = useAction(async () => {
    const answer = await lecturer.reopenSession({ sessionId: session.id, allowParallel: true });
    projection.changed(answer.session);
  });
  const closed = session.closeTime;
  const figures = [
    { name: words.figures.present, value: counts?.confirmed ?? 0 },
    { name: words.figures.late, value: counts?.late ?? 0 },
    { name: words.figures.flagged, value: counts?.flagged ?? 0 },
    { name: words.figures.pending, value: counts?.pending ?? 0 },
    ...(expectedCount === undefined ? [] : [{ name: words.figures.expected, value: expectedCount }]),
  ];
  return (
    <main class="projector-over stack">
      <Heading title={cancelled ? words.cancelled : words.over} />
      <p>
        <strong>
          {session.courseCode} {session.courseTitle}
        </strong>
        {session.room && `, ${session.room}`}
      </p>
      <p class="faint">{cancelled ? session.cancelReason : words.closedAt(dayAndTime(closed ?? session.endTime))}</p>
      {!cancelled && <Figures figures={figures} />}
      <div class="row">
        <ButtonLink href={`/sessions/${session.id}`} kind="primary">
          {words.rollCall}
        </ButtonLink>
        <ButtonLink href={`/sessions/${session.id}/figures`}>{words.charts}</ButtonLink>
        <ButtonLink href={`/courses/${session.courseId}`}>{words.toCourse}</ButtonLink>
        {closed && !cancelled && projection.sinceClosed.value < REOPEN_MS && (
          <Button busy={reopening.busy} onClick={() => void reopening.run()}>
            {words.opensAgain}
          </Button>
        )}
      </div>
      {reopening.error !== undefined && <Failure error={reopening.error} />}
    </main>
  );
}
