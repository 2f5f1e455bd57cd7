import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { CursorPager, useCursors } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { EVENTS, type Webhook } from "./webhook-words.ts";

type Delivery = Schemas["WebhookDelivery"];

/** Rows of a page. */
const LIMIT = 20;
const LOOKS: Record<Delivery["state"], string> = { pending: "quiet", delivered: "good", dead: "bad" };

/** What was sent to a webhook, and what became of it. */
export function WebhookDeliveries({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const cursors = useCursors();
  const { cursor } = cursors;
  const deliveries = useLoad(
    (signal) => {
      const params = { path: { id: webhook.id }, query: { limit: LIMIT, ...(cursor !== undefined && { cursor }) } };
      return dataOrThrow(api.GET("/webhooks/{id}/deliveries", { params, signal }));
    },
    [webhook.id, cursor],
  );
  const again = (delivery: Delivery) => <SendAgain webhook={webhook} delivery={delivery} onSent={deliveries.reload} />;
  return (
    <Dialog title="What was sent" onClose={onClose}>
      <Loaded of={deliveries}>
        {({ deliveries: rows, next_cursor }) => (
          <>
            <Table
              label="Deliveries"
              rows={rows}
              keyOf={({ event_id }) => event_id}
              columns={[...columns, { title: "Actions", cell: again }]}
              empty="Nothing was sent yet."
            />
            <CursorPager cursors={cursors} nextCursor={next_cursor} />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

const columns = [
  { title: "When", cell: ({ created_at }: Delivery) => <Time at={created_at} /> },
  {
    title: "What",
    cell: ({ type }: Delivery) => EVENTS.find((event) => event.type === type)?.title ?? "A test",
  },
  { title: "State", cell: (delivery: Delivery) => <State of={delivery} /> },
];

function State({ of: { state, attempts, last_error } }: { of: Delivery }) {
  const tried = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  return (
    <>
      <span class={`status ${LOOKS[state]}`}>{state}</span>{" "}
      <span class="quiet">
        ({tried}) {last_error !== null && <PlainText of={last_error} />}
      </span>
    </>
  );
}

interface SendAgainProps {
  webhook: Webhook;
  delivery: Delivery;
  onSent: () => void;
}

function SendAgain({ webhook, delivery, onSent }: SendAgainProps) {
  const send = useAction(async () => {
    const params = { path: { id: webhook.id } };
    const body = { event_id: delivery.event_id };
    await dataOrThrow(api.POST("/webhooks/{id}/replay", { params, body }));
    notify("It is sent again");
    onSent();
  });
  if (delivery.state === "pending" || !webhook.enabled) return null;
  return (
    <>
      <button type="button" disabled={send.isBusy} onClick={() => void send.run()}>
        Send again
      </button>
      {send.error && <span class="bad">{send.error}</span>}
    </>
  );
}
