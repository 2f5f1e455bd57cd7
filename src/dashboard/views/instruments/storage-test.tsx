import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { useAction } from "../../components/use-action.ts";

/** Tries whether a storage location can be reached. */
export function StorageTest({ id }: { id: string }) {
  const [isGood, setGood] = useState(false);
  const test = useAction(async () => {
    setGood(false);
    await dataOrThrow(api.GET("/api/storage-locations/{id}/test", { params: { path: { id } } }));
    setGood(true);
  });
  return (
    <div class="row">
      <button type="button" disabled={test.isBusy} onClick={() => void test.run()}>
        {test.isBusy ? "Trying …" : "Try to reach it"}
      </button>
      <span role="status">
        {test.error ? <span class="bad">{test.error}</span> : isGood && <span class="good">It can be reached.</span>}
      </span>
    </div>
  );
}
