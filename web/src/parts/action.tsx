import { effect, signal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import { reasonOf, sentence } from "../api/errors";
import { confirmPassword, signIn } from "../api/sign-in";
import { texts } from "../texts";
import { Button, Dialog, Notice } from ".";
import { PasswordField } from "./password";

/** Something that changes the server's state: run it once at a time, know how it stands. */
export interface Action<A extends unknown[], R> {
  /** What it came to, or undefined where it failed (`error`) or runs already. */
  run: (...given: A) => Promise<R | undefined>;
  busy: boolean;
  error: unknown;
  reset: () => void;
}

/** Wrap a call that changes something. Where it wants a recent password the person is asked for it, and it goes on. */
export function useAction<A extends unknown[], R>(act: (...given: A) => Promise<R>): Action<A, R> {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const running = useRef(false);
  async function run(...given: A): Promise<R | undefined> {
    if (running.current) return undefined;
    running.current = true;
    setState({ busy: true, error: undefined });
    try {
      const result = await withRecentPassword(() => act(...given));
      setState({ busy: false, error: undefined });
      return result;
    } catch (error) {
      setState({ busy: false, error: error instanceof GivenUp ? undefined : error });
      return undefined;
    } finally {
      running.current = false;
    }
  }
  return { run, ...state, reset: () => setState({ busy: false, error: undefined }) };
}

class GivenUp extends Error {}

const asked = signal<{ given: () => void; refused: () => void } | null>(null);
let asking: Promise<void> | undefined;

// what somebody began is not for the next person to go on with
effect(() => {
  if (signIn.value.state !== "in") end("refused");
});

/** Ask for the password, once for all calls that want it meanwhile. Raises GivenUp. */
function recentPassword(): Promise<void> {
  asking ??= new Promise((given, refuse) => {
    asked.value = { given, refused: () => refuse(new GivenUp()) };
  });
  return asking;
}

function end(how: "given" | "refused"): void {
  const now = asked.peek();
  asked.value = null;
  asking = undefined;
  now?.[how]();
}

/** Call, and call again after the password was given where the server wants it (RECENT_SIGN_IN_REQUIRED). */
async function withRecentPassword<R>(act: () => Promise<R>): Promise<R> {
  try {
    return await act();
  } catch (error) {
    if (reasonOf(error) !== "RECENT_SIGN_IN_REQUIRED") throw error;
    await recentPassword();
    return await act();
  }
}

/** Stands once in the page, and asks for the password when a call wants it. */
export function PasswordAgain() {
  return asked.value ? <PasswordDialog /> : null;
}

function PasswordDialog() {
  const [password, setPassword] = useState("");
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const who = signIn.value;
  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (state.busy) return;
    setState({ busy: true, error: undefined });
    try {
      await confirmPassword(password);
      end("given");
    } catch (error) {
      setState({ busy: false, error });
    }
  }
  return (
    <Dialog title={texts.common.passwordAgain.title} onClose={() => end("refused")}>
      <form class="stack" onSubmit={submit}>
        <p>{texts.common.passwordAgain.why}</p>
        {/* for password managers, which would not know whose password this is */}
        <input hidden autocomplete="username" readOnly value={who.state === "in" ? who.user.email : ""} />
        <PasswordField
          label={texts.signIn.password}
          kind="current-password"
          value={password}
          onInput={setPassword}
          focused
        />
        {state.error !== undefined && <Notice tone="bad">{sentence(state.error)}</Notice>}
        <div class="row">
          <Button type="submit" kind="primary" busy={state.busy}>
            {texts.common.passwordAgain.confirm}
          </Button>
          <Button onClick={() => end("refused")}>{texts.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
