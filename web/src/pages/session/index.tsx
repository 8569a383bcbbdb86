import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useEffect, useState } from "preact/hooks";
import { publicAuth } from "../../api/transport";
import { type AttendanceSession, SessionState } from "../../contract/absense/v1/attendance_session_pb";
import { Button, ButtonLink, Chip, Heading, Notice } from "../../parts";
import { ExportButton } from "../../parts/export-button";
import { clockTime, dayOf } from "../../parts/times";
import { texts } from "../../texts";
import { CancelDialog, CloseDialog, ExtendDialog, NewCodeDialog, ReopenDialog } from "./dialogs";
import "../../style/session.css";

export type SessionTab = "roll" | "flagged" | "figures";

type Asked = "extend" | "close" | "reopen" | "code" | "cancel";

/** A session closed by hand may be opened again within this. */
const REOPEN_MS = 15 * 60_000;

/** What the pages of one session have in common: what it is, what can be done with it, and the way to the others. */
export function SessionHead({
  session,
  here,
  onChange,
}: {
  session: AttendanceSession;
  here: SessionTab;
  /** The session changed; called also with what somebody else made of it meanwhile. */
  onChange: (session: AttendanceSession) => void;
}) {
  const [asked, setAsked] = useState<Asked>();
  const reopenable = useReopenable(session);
  const open = session.state === SessionState.OPEN;
  const ahead = open || session.state === SessionState.SCHEDULED;
  const at = `/sessions/${session.id}`;
  const done = (changed: AttendanceSession) => {
    onChange(changed);
    setAsked(undefined);
  };
  const dialog = { session, onChange, onDone: done, onClose: () => setAsked(undefined) };
  return (
    <header class="stack session-head">
      <a href={`/courses/${session.courseId}`}>{texts.session.course(session.courseCode)}</a>
      <Heading title={session.courseTitle || session.courseCode}>
        {ahead && (
          <ButtonLink href={`${at}/projector`} kind="primary">
            {texts.session.showCode}
          </ButtonLink>
        )}
        {ahead && <Button onClick={() => setAsked("extend")}>{texts.session.extend}</Button>}
        {open && <Button onClick={() => setAsked("close")}>{texts.session.close}</Button>}
        {reopenable && <Button onClick={() => setAsked("reopen")}>{texts.session.reopen}</Button>}
        <ExportButton scope={{ case: "sessionId", value: session.id }} />
        {session.state !== SessionState.CANCELLED && (
          <More>
            {ahead && (
              <Button kind="plain" onClick={() => setAsked("code")}>
                {texts.session.newCode}
              </Button>
            )}
            <Button kind="plain" onClick={() => setAsked("cancel")}>
              {texts.session.cancel}
            </Button>
          </More>
        )}
      </Heading>
      <div class="row session-facts">
        <StateChip state={session.state} />
        <span>{[session.courseCode, session.room].filter(Boolean).join(", ")}</span>
        <span>
          {texts.session.from(dayOf(session.openTime), clockTime(session.openTime), clockTime(session.endTime))}
        </span>
        {session.lateAfterTime && <span>{texts.session.lateAfter(clockTime(session.lateAfterTime))}</span>}
        {session.closeTime && <span>{texts.session.closedAt(clockTime(session.closeTime))}</span>}
        {ahead && (
          <span>
            {texts.session.sessionCode} <strong class="session-code">{session.sessionCode}</strong>
          </span>
        )}
      </div>
      {session.state === SessionState.CANCELLED && (
        <Notice tone="warn">{texts.session.cancelled(session.cancelReason)}</Notice>
      )}
      <nav class="tabs" aria-label={texts.session.tabs.label}>
        <Tab href={at} text={texts.session.tabs.roll} here={here === "roll"} />
        <Tab href={`${at}/flagged`} text={texts.session.tabs.flagged} here={here === "flagged"} />
        <Tab href={`${at}/figures`} text={texts.session.tabs.figures} here={here === "figures"} />
        {ahead && <Tab href={`${at}/projector`} text={texts.session.tabs.code} here={false} />}
      </nav>
      {asked === "extend" && <ExtendDialog {...dialog} />}
      {asked === "close" && <CloseDialog {...dialog} />}
      {asked === "reopen" && <ReopenDialog {...dialog} />}
      {asked === "code" && <NewCodeDialog {...dialog} />}
      {asked === "cancel" && <CancelDialog {...dialog} />}
    </header>
  );
}

/** Where a session stands, in a word. */
export function StateChip({ state }: { state: SessionState }) {
  const of = texts.session.states;
  if (state === SessionState.OPEN) return <Chip tone="good">{of.open}</Chip>;
  if (state === SessionState.SCHEDULED) return <Chip tone="info">{of.scheduled}</Chip>;
  if (state === SessionState.CANCELLED) return <Chip tone="bad">{of.cancelled}</Chip>;
  return <Chip>{of.closed}</Chip>;
}

function Tab({ href, text, here }: { href: string; text: string; here: boolean }) {
  return (
    <a href={href} aria-current={here ? "page" : undefined}>
      {text}
    </a>
  );
}

/** What is seldom wanted, behind one button; it closes once something was chosen. */
function More({ children }: { children: preact.ComponentChildren }) {
  const [open, setOpen] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape and leaving it close it, the button does so for everybody
    <div
      class="more"
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      onFocusOut={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOpen(false)}
    >
      <Button aria-expanded={open} onClick={() => setOpen(!open)}>
        {texts.session.more}
      </Button>
      {open && (
        // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: of the buttons within
        <div class="more-list" onClick={() => setOpen(false)}>
          {children}
        </div>
      )}
    </div>
  );
}

/** Whether the session can be reopened, by the server's clock. */
function useReopenable(session: AttendanceSession): boolean {
  const [reopenable, setReopenable] = useState(false);
  const closed = session.state === SessionState.CLOSED && session.closeTime ? timestampMs(session.closeTime) : 0;
  useEffect(() => {
    setReopenable(false);
    if (!closed) return;
    let timer = 0;
    const asking = new AbortController();
    publicAuth.getServerInfo({}, { signal: asking.signal }).then(
      ({ serverTime }) => {
        const left = serverTime ? closed + REOPEN_MS - timestampMs(serverTime) : 0;
        if (asking.signal.aborted || left <= 0) return;
        setReopenable(true);
        timer = setTimeout(() => setReopenable(false), left);
      },
      // not knowing the time, the server is the one to refuse
      () => asking.signal.aborted || setReopenable(true),
    );
    return () => {
      asking.abort();
      clearTimeout(timer);
    };
  }, [closed]);
  return reopenable;
}
