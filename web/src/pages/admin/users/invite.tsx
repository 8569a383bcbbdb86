import { useState } from "preact/hooks";
import { violations } from "../../../api/errors";
import { newId } from "../../../api/ids";
import { admin } from "../../../api/transport";
import { Role } from "../../../contract/absense/v1/role_pb";
import type { User } from "../../../contract/absense/v1/user_pb";
import { Button, Dialog, Failure, Field } from "../../../parts";
import { useAction } from "../../../parts/action";
import { useLoaded } from "../../../parts/loaded";
import { texts } from "../../../texts";

const words = texts.admin.invite;
const NOBODY = { fullName: "", email: "", role: Role.LECTURER, institutionNumber: "", programmeId: "", level: 0 };

/** Make an account for somebody, who gets a mail to set a password with. */
export function Invite({ onClose }: { onClose: (invited?: User) => void }) {
  // another person is another account; the same one sent again is not
  const [wish, setWish] = useState(() => ({ ...NOBODY, requestId: newId() }));
  const change = (part: Partial<typeof NOBODY>) => setWish({ ...wish, ...part, requestId: newId() });
  const programmes = useLoaded((signal) => admin.listProgrammes({ pageSize: 200 }, { signal }), []);
  const inviting = useAction(async () => {
    const student = wish.role === Role.STUDENT;
    const { user } = await admin.createUser(student ? wish : { ...wish, programmeId: "", level: 0 });
    return user;
  });
  const wrong = violations(inviting.error);
  return (
    <Dialog title={words.title} onClose={() => onClose()}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void inviting.run().then((user) => user && onClose(user));
        }}
      >
        <p class="faint">{words.why}</p>
        <Field label={words.name} error={wrong.get("full_name")}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              required
              maxLength={200}
              autocomplete="off"
              value={wish.fullName}
              onInput={(event) => change({ fullName: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={words.email} error={wrong.get("email")}>
          {(ids) => (
            <input
              {...ids}
              class="input"
              type="email"
              required
              maxLength={254}
              autocomplete="off"
              value={wish.email}
              onInput={(event) => change({ email: event.currentTarget.value })}
            />
          )}
        </Field>
        <div class="form-grid">
          <Field label={words.role}>
            {(ids) => (
              <select
                {...ids}
                class="input"
                value={wish.role}
                onChange={(event) => change({ role: Number(event.currentTarget.value) })}
              >
                {[Role.LECTURER, Role.STUDENT, Role.ADMIN].map((role) => (
                  <option key={role} value={role}>
                    {texts.admin.users.roles[role]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={words.number} error={wrong.get("institution_number")}>
            {(ids) => (
              <input
                {...ids}
                class="input"
                maxLength={64}
                value={wish.institutionNumber}
                onInput={(event) => change({ institutionNumber: event.currentTarget.value })}
              />
            )}
          </Field>
        </div>
        {wish.role === Role.STUDENT && (
          <div class="form-grid">
            <Field label={words.programme}>
              {(ids) => (
                <select
                  {...ids}
                  class="input"
                  value={wish.programmeId}
                  onChange={(event) => change({ programmeId: event.currentTarget.value })}
                >
                  <option value="">{words.noProgramme}</option>
                  {programmes.value?.programmes.map(({ id, code, name }) => (
                    <option key={id} value={id}>
                      {code} {name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field label={words.level}>
              {(ids) => (
                <input
                  {...ids}
                  class="input"
                  type="number"
                  min={0}
                  max={20}
                  value={wish.level}
                  onInput={(event) => change({ level: Number(event.currentTarget.value) })}
                />
              )}
            </Field>
          </div>
        )}
        {inviting.error !== undefined && <Failure error={inviting.error} />}
        {programmes.error !== undefined && <Failure error={programmes.error} retry={programmes.reload} />}
        <div class="row">
          <Button type="submit" kind="primary" busy={inviting.busy}>
            {words.submit}
          </Button>
          <Button onClick={() => onClose()}>{texts.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
