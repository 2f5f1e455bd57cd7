import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { farewell, person } from "../../app/session.ts";
import { ConfirmButton, Dialog } from "../../components/dialog.tsx";
import { Field, Form } from "../../components/form.tsx";
import { useAction } from "../../components/use-action.ts";

/** Taking one's data along, and the ways out. */
export function MyData() {
  const [isLeaving, setLeaving] = useState(false);
  const stop = async () => {
    await dataOrThrow(api.POST("/user/logout"));
    farewell.value = "Nothing is collected any more, and the login at your bank is forgotten.";
    person.value = null;
  };
  return (
    <>
      <section class="card stack">
        <h2>Take your data along</h2>
        <p>One archive of everything that is kept of you: account, runs, files and reports. No secret is in it.</p>
        <div>
          <a class="button" href="/user/export" download>
            Download everything
          </a>
        </div>
      </section>
      <section class="card stack">
        <h2>Stop collecting</h2>
        <p>
          Ends your sessions on every device, the daily schedule and a run under way, and forgets the login at your
          bank. Files and reports stay.
        </p>
        <div>
          <ConfirmButton
            label="Stop collecting and forget my bank login"
            question="Nothing more is collected, the login at your bank is deleted, and you are signed out everywhere."
            onConfirm={stop}
          />
        </div>
      </section>
      <section class="card stack">
        <h2>Leave</h2>
        <p>Your account is closed, and after some time everything about you is deleted for good.</p>
        <div>
          <button type="button" class="danger" onClick={() => setLeaving(true)}>
            Leave Catchment
          </button>
        </div>
      </section>
      {isLeaving && <Leaving onClose={() => setLeaving(false)} />}
    </>
  );
}

function Leaving({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const email = person.value?.email ?? "";
  const leave = useAction(async () => {
    const { message } = await dataOrThrow(api.POST("/user/unregister"));
    farewell.value = `${message} Signing in before that keeps them.`;
    person.value = null;
  });
  return (
    <Dialog title="Leave Catchment?" onClose={onClose}>
      <p>
        You are signed out everywhere, nothing more is collected, and all your files, reports and logins are deleted
        once the time to think it over has passed. Signing in before that keeps them.
      </p>
      <Form action={leave} submit="Leave, and delete my data" isBlocked={typed !== email} isDanger>
        <Field label={`Type ${email} to confirm`}>
          <input autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value.trim())} />
        </Field>
      </Form>
    </Dialog>
  );
}
