import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton, Dialog } from "../../components/dialog.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { Table } from "../../components/table.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { NewWebhook } from "./new-webhook.tsx";
import { WebhookDeliveries } from "./webhook-deliveries.tsx";
import { EVENTS, type Webhook } from "./webhook-words.ts";

/** Webhooks by which somebody is told of what happens. */
export function Notifications() {
  const [isAdding, setAdding] = useState(false);
  const [shown, setShown] = useState<Webhook | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const webhooks = useLoad((signal) => dataOrThrow(api.GET("/webhooks", { signal })), []);
  return (
    <section aria-labelledby="notifications">
      <div class="row">
        <h2 id="notifications">Notifications</h2>
        <button type="button" class="primary" onClick={() => setAdding(true)}>
          Add a webhook
        </button>
      </div>
      <p class="quiet">
        A webhook is told by a signed POST what happens to your jobs and schedules. Of one thing it is told once an
        hour.
      </p>
      {isAdding && <NewWebhook onClose={() => setAdding(false)} onMade={webhooks.reload} />}
      {shown && <WebhookDeliveries webhook={shown} onClose={() => setShown(null)} />}
      {secret !== null && (
        <Dialog title="A new secret" onClose={() => setSecret(null)}>
          <SecretOnce label="The secret that signs" secret={secret} onClose={() => setSecret(null)} />
        </Dialog>
      )}
      <Loaded of={webhooks}>
        {({ webhooks: rows }) => (
          <Table
            label="Webhooks"
            rows={rows}
            keyOf={({ id }) => id}
            columns={[
              ...columns,
              {
                title: "Actions",
                cell: (webhook) => (
                  <Actions
                    webhook={webhook}
                    onShow={() => setShown(webhook)}
                    onSecret={setSecret}
                    onChanged={webhooks.reload}
                  />
                ),
              },
            ]}
            empty="There is no webhook yet."
          />
        )}
      </Loaded>
    </section>
  );
}

const columns = [
  { title: "URL", cell: ({ url }: Webhook) => <PlainText of={url} /> },
  {
    title: "Told",
    cell: ({ event_types }: Webhook) =>
      EVENTS.filter(({ type }) => event_types.includes(type))
        .map(({ title }) => title)
        .join("; "),
  },
  { title: "State", cell: (webhook: Webhook) => <State of={webhook} /> },
];

function State({ of: { enabled, disabled_for, failures } }: { of: Webhook }) {
  if (disabled_for === "gone") return <span class="status bad">off: it answered that it is gone</span>;
  if (disabled_for === "failing") return <span class="status bad">off: it failed 100 times in a row</span>;
  if (!enabled) return <span class="status quiet">off</span>;
  return failures > 0 ? <span class="status bad">failing</span> : <span class="status good">on</span>;
}

interface ActionsProps {
  webhook: Webhook;
  onShow: () => void;
  onSecret: (secret: string) => void;
  onChanged: () => void;
}

function Actions({ webhook, onShow, onSecret, onChanged }: ActionsProps) {
  const params = { path: { id: webhook.id } };
  const test = useAction(async () => {
    const { delivered, error } = await dataOrThrow(api.POST("/webhooks/{id}/test", { params }));
    if (!delivered) throw new Error(error ?? "It was not delivered");
    notify("The test was delivered");
    onChanged();
  });
  const turn = useAction(async () => {
    await dataOrThrow(api.PATCH("/webhooks/{id}", { params, body: { enabled: !webhook.enabled } }));
    onChanged();
  });
  const rotate = async () => {
    const { secret } = await dataOrThrow(api.POST("/webhooks/{id}/rotate-secret", { params }));
    onSecret(secret);
    onChanged();
  };
  const remove = async () => {
    await dataOrThrow(api.DELETE("/webhooks/{id}", { params }));
    notify("The webhook is told nothing more");
    onChanged();
  };
  const problem = test.error ?? turn.error;
  return (
    <div class="row">
      <button type="button" disabled={test.isBusy} onClick={() => void test.run()}>
        Test
      </button>
      <button type="button" onClick={onShow}>
        What was sent
      </button>
      <button type="button" disabled={turn.isBusy} onClick={() => void turn.run()}>
        {webhook.enabled ? "Switch off" : "Switch on"}
      </button>
      <ConfirmButton
        label="New secret"
        question="What is sent from now on is signed with a new secret, for a day with the present one, too."
        onConfirm={rotate}
      />
      <ConfirmButton
        label="Remove"
        question="It is told nothing more, and what was sent to it is forgotten."
        onConfirm={remove}
      />
      {problem && (
        <p class="bad" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
