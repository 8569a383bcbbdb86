import { useEffect, useRef, useState } from "preact/hooks";
import { texts } from "../texts";
import { Button, Field } from ".";

const SHOWN = { type: "text" } as const;
const HIDDEN = { type: "password" } as const;

/** A field for a password: it can be shown, and says when Caps Lock is on. */
export function PasswordField({
  label,
  kind,
  value,
  onInput,
  hint,
  error,
  focused = false,
}: {
  label: string;
  kind: "current-password" | "new-password";
  value: string;
  onInput: (value: string) => void;
  hint?: string | undefined;
  error?: string | undefined;
  /** It takes the focus when it appears. */
  focused?: boolean;
}) {
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) input.current?.focus();
    // what is sent as plain text, browsers offer again to whoever types here next
    const hide = () => setShown(false);
    const form = input.current?.form;
    form?.addEventListener("submit", hide);
    return () => form?.removeEventListener("submit", hide);
  }, []);
  const look = (event: KeyboardEvent) => setCapsLock(event.getModifierState("CapsLock"));
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <>
          <div class="password">
            <input
              {...ids}
              ref={input}
              class="input"
              {...(shown ? SHOWN : HIDDEN)}
              autocomplete={kind}
              autocapitalize="none"
              spellcheck={false}
              required
              value={value}
              onInput={(event) => onInput(event.currentTarget.value)}
              onKeyDown={look}
              onKeyUp={look}
              onBlur={() => setCapsLock(false)}
            />
            <Button
              small
              kind="plain"
              aria-pressed={shown}
              aria-label={texts.signIn.showTyped}
              onClick={() => setShown(!shown)}
            >
              {texts.signIn.show}
            </Button>
          </div>
          <span class="caps-lock" role="status">
            {capsLock && texts.signIn.capsLock}
          </span>
        </>
      )}
    </Field>
  );
}
