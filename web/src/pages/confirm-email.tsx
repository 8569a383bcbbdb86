import { useRef, useState } from "preact/hooks";
import { reasonOf } from "../api/errors";
import { changed, signIn } from "../api/sign-in";
import { publicAuth } from "../api/transport";
import { type User, UserState } from "../contract/absense/v1/user_pb";
import { Button, ButtonLink, Failure, Heading, Notice } from "../parts";
import { useAction } from "../parts/action";
import { faultsOf, useFocusOnFault, useWait } from "../parts/form";
import { TokenField, TokenInvalid, useMailToken } from "../parts/mail-token";
import { PasswordField } from "../parts/password";
import { texts } from "../texts";

/**
 * Where the links of mails lead that ask to confirm an address. For a new account the server wants the password chosen
 * with it, for another address of an account none; which of the two it is it says when asked without one.
 */
export function ConfirmEmailPage() {
  const { token, brought, type } = useMailToken();
  const [password, setPassword] = useState("");
  const [wanted, setWanted] = useState(false);
  const [done, setDone] = useState<User>();
  const confirming = useAction(async () => {
    try {
      const { user } = await publicAuth.confirmEmail({ token, password });
      if (user) changed(user);
      return user;
    } catch (error) {
      if (wanted || reasonOf(error) !== "WRONG_PASSWORD") throw error;
      setWanted(true);
      return undefined;
    }
  });
  const form = useRef<HTMLFormElement>(null);
  const faults = faultsOf(confirming.error);
  const wait = useWait(confirming.error);
  useFocusOnFault(form, confirming.error);
  const words = texts.signIn.confirm;
  if (done) {
    return (
      <div class="stack sheet">
        <Heading title={words.doneTitle} />
        {done.state === UserState.PENDING_APPROVAL ? (
          <Notice>{texts.signIn.approval}</Notice>
        ) : (
          <Notice tone="good">{words.done(done.email)}</Notice>
        )}
        <ButtonLink href="/" kind="primary">
          {signIn.value.state === "in" ? texts.common.toStart : texts.signIn.toSignIn}
        </ButtonLink>
      </div>
    );
  }
  return (
    <form
      ref={form}
      class="stack sheet"
      onSubmit={async (event) => {
        event.preventDefault();
        setDone(await confirming.run());
      }}
    >
      <Heading title={words.title} />
      <p class="faint">{words.why}</p>
      {!brought && <TokenField token={token} onInput={type} />}
      {wanted && (
        <PasswordField
          label={words.password}
          kind="current-password"
          value={password}
          onInput={setPassword}
          hint={words.passwordWhy}
          error={faults.get("password")}
          focused
        />
      )}
      {reasonOf(confirming.error) === "MAIL_TOKEN_INVALID" ? (
        <TokenInvalid more={words.changeAgain} />
      ) : (
        confirming.error !== undefined && !faults.has("password") && <Failure error={confirming.error} />
      )}
      <Button type="submit" kind="primary" busy={confirming.busy || wait > 0}>
        {words.submit}
        {wait > 0 && <span class="numbers">{texts.signIn.inSeconds(wait)}</span>}
      </Button>
    </form>
  );
}
