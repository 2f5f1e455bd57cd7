import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { person } from "../../app/session.ts";
import { ConfirmButton, Dialog } from "../../components/dialog.tsx";
import { Form } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";
import { readRights, RightsFields } from "./rights-fields.tsx";
import type { ManagedUser } from "./users.tsx";

interface UserActionsProps {
  user: ManagedUser;
  onChanged: () => void;
}

/** What an admin may do with a user; with themselves only what does not shut them out. */
export function UserActions({ user, onChanged }: UserActionsProps) {
  const [isEditing, setEditing] = useState(false);
  const { id, email, blocked } = user;
  if (id === person.value?.id) return <span class="quiet">you</span>;
  const params = { path: { id } };
  const setBlocked = async (value: boolean) => {
    await dataOrThrow(api.PATCH("/admin/users/{id}", { params, body: { blocked: value } }));
    notify(value ? `${email} is blocked` : `${email} may sign in again`);
    onChanged();
  };
  const remove = async () => {
    await dataOrThrow(api.DELETE("/admin/users/{id}", { params }));
    notify(`${email} is deleted`);
    onChanged();
  };
  return (
    <div class="row" role="group" aria-label={`Actions for ${email}`}>
      <button type="button" onClick={() => setEditing(true)}>
        Rights
      </button>
      {blocked ? (
        <Unblock onUnblock={() => setBlocked(false)} />
      ) : (
        <ConfirmButton
          label="Block"
          question={`${email} is signed out everywhere and cannot sign in until you unblock them.`}
          onConfirm={() => setBlocked(true)}
        />
      )}
      <ConfirmButton
        label="Delete"
        question={`The account of ${email} and everything that is kept about them is deleted. This cannot be undone.`}
        onConfirm={remove}
      />
      {isEditing && <EditRights user={user} onClose={() => setEditing(false)} onChanged={onChanged} />}
    </div>
  );
}

function Unblock({ onUnblock }: { onUnblock: () => Promise<unknown> }) {
  const unblock = useAction(onUnblock);
  return (
    <>
      <button type="button" disabled={unblock.isBusy} onClick={() => void unblock.run()}>
        Unblock
      </button>
      {unblock.error && (
        <span class="bad" role="alert">
          {unblock.error}
        </span>
      )}
    </>
  );
}

function EditRights({ user, onClose, onChanged }: UserActionsProps & { onClose: () => void }) {
  const save = useAction(async (fields: FormData) => {
    const body = readRights(fields);
    await dataOrThrow(api.PATCH("/admin/users/{id}", { params: { path: { id: user.id } }, body }));
    notify(`The rights of ${user.email} are saved`);
    onChanged();
    onClose();
  });
  return (
    <Dialog title={`Rights of ${user.email}`} onClose={onClose}>
      <Form action={save} submit="Save rights">
        <RightsFields role={user.role} grants={user.grants} errors={save.fieldErrors} />
      </Form>
    </Dialog>
  );
}
