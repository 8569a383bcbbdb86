import { useEffect, useRef, useState } from "preact/hooks";
import { admin } from "../../../api/transport";
import { Button, Failure, Field, Notice } from "../../../parts";
import { texts } from "../../../texts";
import { fromHex, joined, type Look, NOTHING, toHex } from "./seal";

const words = texts.audit.verify;
/** One part takes the server some seconds. */
const PART = { timeoutMs: 60_000 };

/** Whether the log is whole: looked at part by part, and what to keep of it. */
export function Verify() {
  const [number, setNumber] = useState("");
  const [seal, setSeal] = useState("");
  const [tried, setTried] = useState(false);
  const [look, setLook] = useState<Look>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const walking = useRef(new AbortController());
  useEffect(() => () => walking.current.abort(), []);

  const bytes = fromHex(seal);
  const half = (number.trim() === "") !== (seal.trim() === "");
  const badSeal = seal.trim() !== "" && (bytes === null || bytes.length > 64);

  async function walk(from: Look) {
    setTried(true);
    if (half || badSeal) return;
    walking.current = new AbortController();
    const { signal } = walking.current;
    setBusy(true);
    setError(undefined);
    setLook(from);
    let now = from;
    try {
      do {
        const known = bytes ? { knownNumber: BigInt(number), knownSeal: bytes } : {};
        now = joined(now, await admin.verifyAuditLog({ fromNumber: now.nextNumber, ...known }, { ...PART, signal }));
        setLook(now);
      } while (now.goesOn && !signal.aborted);
    } catch (failed) {
      if (!signal.aborted) setError(failed);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section class="sheet stack" aria-labelledby="verify">
      <h2 id="verify">{words.title}</h2>
      <p class="faint">{words.why}</p>
      <details>
        <summary>{words.known}</summary>
        <div class="filters top">
          <Field label={words.knownNumber} error={tried && half ? words.badNumber : undefined}>
            {(ids) => (
              <input
                {...ids}
                class="input numbers"
                inputMode="numeric"
                pattern="[0-9]{1,18}"
                value={number}
                onInput={(event) => setNumber(event.currentTarget.value.replace(/\D/g, "").slice(0, 18))}
              />
            )}
          </Field>
          <div class="wide">
            <Field
              label={words.knownSeal}
              hint={words.knownSealHint}
              error={tried && badSeal ? words.badSeal : undefined}
            >
              {(ids) => (
                <input
                  {...ids}
                  class="input identifier"
                  autocomplete="off"
                  autocapitalize="none"
                  spellcheck={false}
                  value={seal}
                  onInput={(event) => setSeal(event.currentTarget.value)}
                />
              )}
            </Field>
          </div>
        </div>
      </details>
      <div class="row">
        <Button kind="primary" busy={busy} onClick={() => void walk(NOTHING)}>
          {words.start}
        </Button>
        {!busy && look?.goesOn && <Button onClick={() => void walk(look)}>{words.goOn}</Button>}
        {busy && <Button onClick={() => walking.current.abort()}>{words.stop}</Button>}
        <span class="numbers" role="status">
          {look && (busy || look.goesOn) && words.progress(Number(look.checkedCount), Number(look.lastNumber))}
        </span>
      </div>
      {error !== undefined && <Failure error={error} />}
      {look && !busy && error === undefined && <Result look={look} />}
    </section>
  );
}

function Result({ look }: { look: Look }) {
  const [copied, setCopied] = useState(false);
  if (look.broken) {
    const { number, eventId, kind } = look.broken;
    return (
      <Notice tone="bad">
        <strong>{words.broken(Number(number))}</strong> {words.kinds[kind as keyof typeof words.kinds]}
        {eventId && <p class="identifier">{words.event(eventId)}</p>}
      </Notice>
    );
  }
  if (look.goesOn) return <Notice tone="warn">{words.stopped(Number(look.nextNumber))}</Notice>;
  if (look.lastNumber === 0n) return <Notice>{words.empty}</Notice>;
  const seal = toHex(look.lastSeal);
  return (
    <>
      <Notice tone="good">
        <strong>{words.whole(Number(look.checkedCount))}</strong>
        {look.erasedCount > 0n && <p>{words.erased(Number(look.erasedCount))}</p>}
        {look.unsealedCount > 0n && <p>{words.unsealed(Number(look.unsealedCount))}</p>}
      </Notice>
      <dl class="details">
        <div>
          <dt>{words.lastNumber}</dt>
          <dd class="numbers">{String(look.lastNumber)}</dd>
        </div>
        <div>
          <dt>{words.lastSeal}</dt>
          <dd class="identifier">{seal}</dd>
        </div>
      </dl>
      <div class="row">
        {/* browsers lend the clipboard to secure addresses only; elsewhere the figures can be marked */}
        {navigator.clipboard && (
          <Button
            small
            onClick={() => void navigator.clipboard.writeText(`${look.lastNumber} ${seal}`).then(() => setCopied(true))}
          >
            {words.copy}
          </Button>
        )}
        <span role="status">{copied && words.copied}</span>
      </div>
    </>
  );
}
