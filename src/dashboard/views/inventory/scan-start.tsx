import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { Form } from "../../components/form.tsx";
import { useAction } from "../../components/use-action.ts";
import { readSelection, SelectionFields } from "./selection-fields.tsx";

/** Starts a scan, and leads to how it goes. */
export function ScanStart() {
  const start = useAction(async (fields: FormData) => {
    const body = readSelection(fields);
    const { job_id } = await dataOrThrow(api.POST("/api/v1/extraction/trigger", { body }));
    goTo(linkTo("inventory", ["scans", job_id]));
  });
  return (
    <section class="card" aria-labelledby="scan">
      <h2 id="scan">Scan the clouds</h2>
      <p>
        A scan lists what there is in your accounts and reads nothing else. Accounts are added under{" "}
        <a href={linkTo("inventory", ["accounts"])}>Accounts</a>; a server on one's own machine has recorded ones to
        try.
      </p>
      <Form action={start} submit="Start the scan">
        <SelectionFields errors={start.fieldErrors} />
      </Form>
    </section>
  );
}
