import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { notify } from "../../components/notices.tsx";
import { Time } from "../../components/time.tsx";
import type { Bank, CollectionStatus } from "./collection.ts";
import { LoginForm } from "./login-form.tsx";

interface StoredLoginProps {
  banks: Bank[];
  status: CollectionStatus;
  onChange: () => void;
}

/** Whether a login is stored, and the form for one: nothing of a stored login is ever shown. */
export function StoredLogin({ banks, status: { credentials }, onChange }: StoredLoginProps) {
  const [isReplacing, setReplacing] = useState(false);
  const stored = () => {
    setReplacing(false);
    onChange();
  };
  const forget = async () => {
    await dataOrThrow(api.DELETE("/netbank/credentials"));
    notify("The bank login is forgotten");
    onChange();
  };
  const bank = banks.find(({ id }) => id === credentials?.bank)?.name ?? credentials?.bank;
  return (
    <section class="card stack">
      <h2>Your login at the bank</h2>
      {!credentials && <p>No login is stored. Store one, and your reports are fetched every day.</p>}
      {credentials && (
        <p>
          A login at <strong>{bank}</strong> is stored since <Time at={credentials.stored_at} />. Nobody is ever shown
          it again.
        </p>
      )}
      {credentials?.refused_at && (
        <p class="bad" role="alert">
          The bank refused it on <Time at={credentials.refused_at} />. It is not tried again, as banks lock accounts:
          store the right one.
        </p>
      )}
      {(!credentials || isReplacing) && <LoginForm banks={banks} onStored={stored} />}
      {credentials && (
        <div class="row">
          <button type="button" onClick={() => setReplacing(!isReplacing)}>
            {isReplacing ? "Keep the login" : "Store another login"}
          </button>
          <ConfirmButton
            label="Forget the login"
            question="The stored login is deleted, and nothing more is collected. Files and reports stay."
            onConfirm={forget}
          />
        </div>
      )}
    </section>
  );
}
