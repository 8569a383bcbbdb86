import { useEffect, useState } from "preact/hooks";
import { texts } from "../texts";
import { Field, Notice } from ".";

/** The token that a link in a mail brought behind the #. It leaves the address at once: no history and no screen keeps it. */
export function useMailToken(): { token: string; brought: boolean; type: (token: string) => void } {
  const [state, setState] = useState(() => ({ token: taken(), typed: false }));
  useEffect(() => {
    // another link, followed in the same tab
    const follow = () => location.hash && setState({ token: taken(), typed: false });
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return {
    token: state.token,
    brought: state.token !== "" && !state.typed,
    type: (token) => setState({ token: token.trim(), typed: true }),
  };
}

function taken(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  if (location.hash) history.replaceState(null, "", location.pathname);
  return token;
}

/** For who has the code of a mail and no link, or loaded the page anew. */
export function TokenField({ token, onInput }: { token: string; onInput: (token: string) => void }) {
  return (
    <Field label={texts.signIn.token} hint={texts.signIn.tokenHint}>
      {(ids) => (
        <input
          {...ids}
          class="input"
          autocomplete="one-time-code"
          autocapitalize="none"
          spellcheck={false}
          required
          maxlength={200}
          value={token}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A link or code that is no longer good, and what to do. */
export function TokenInvalid({ more }: { more?: string }) {
  return (
    <Notice tone="bad">
      <div class="stack tight">
        <span>{texts.signIn.tokenInvalid}</span>
        {more && <span>{more}</span>}
        <span class="row">
          <a href="/forgot-password">{texts.signIn.anotherMail}</a>
          <a href="/">{texts.signIn.toSignIn}</a>
        </span>
      </div>
    </Notice>
  );
}
