import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Facts } from "../../components/facts.tsx";
import { notify } from "../../components/notices.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { useAction } from "../../components/use-action.ts";

/** The key by which an app on a person's phone hands the bank's messages on, so that runs need nobody. */
export function CodeForwarder() {
  const [key, setKey] = useState<string | null>(null);
  const make = useAction(async () => setKey((await dataOrThrow(api.POST("/netbank/otp/key"))).key));
  const end = async () => {
    await dataOrThrow(api.DELETE("/netbank/otp/key"));
    setKey(null);
    notify("The key has ended");
  };
  return (
    <section class="card stack">
      <h2>Codes by your phone</h2>
      <p>
        An app that forwards messages can hand the bank's codes over, also at night. It needs a key, which opens nothing
        else; making one ends the one before.
      </p>
      {key !== null && (
        <>
          <SecretOnce label="Key of the phone" secret={key} onClose={() => setKey(null)} />
          <p>Let the app send every message of the bank so:</p>
          <Facts
            of={{
              Address: <code>{`POST ${window.location.origin}/netbank/otp`}</code>,
              Header: <code>X-Forwarder-Key: the key</code>,
              "Body (JSON)": <code>{'{"message": "the text of the message"}'}</code>,
            }}
          />
        </>
      )}
      {make.error && (
        <p class="bad" role="alert">
          {make.error}
        </p>
      )}
      <div class="row">
        <button type="button" disabled={make.isBusy} onClick={() => void make.run()}>
          Make a key
        </button>
        <ConfirmButton
          label="End the key"
          question="The phone can then hand no more codes over, until it gets another key."
          onConfirm={end}
        />
      </div>
    </section>
  );
}
