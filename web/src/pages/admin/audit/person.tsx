import { useId, useState } from "preact/hooks";
import { admin } from "../../../api/transport";
import type { User } from "../../../contract/absense/v1/user_pb";
import { Field } from "../../../parts";
import { useLater } from "../../../parts/later";
import { useLoaded } from "../../../parts/loaded";
import { texts } from "../../../texts";

const words = texts.audit;
const nameOf = (user: User) => `${user.fullName} <${user.email}>`;

/** Choose one person by a part of the name or address. */
export function PersonField({ name, onChoose }: { name: string; onChoose: (id: string, name: string) => void }) {
  const list = useId();
  const [typed, setTyped] = useState(name);
  const query = useLater(typed.trim());
  const chosen = typed === name;
  const { value } = useLoaded(
    async (signal) =>
      query && query !== name ? (await admin.listUsers({ query, pageSize: 10 }, { signal })).users : [],
    [query, name],
  );
  const users = value ?? [];
  function type(text: string) {
    setTyped(text);
    const user = users.find((one) => nameOf(one) === text);
    if (user) onChoose(user.id, nameOf(user));
    else if (text === "") onChoose("", "");
  }
  const nobody = query !== "" && query === typed.trim() && !chosen && value?.length === 0;
  return (
    <Field label={words.person} hint={words.personHint} error={nobody ? words.noPerson : undefined}>
      {(ids) => (
        <>
          <input
            {...ids}
            class="input"
            type="search"
            list={list}
            autocomplete="off"
            value={typed}
            onInput={(event) => type(event.currentTarget.value)}
          />
          <datalist id={list}>
            {users.map((user) => (
              <option key={user.id} value={nameOf(user)} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
