import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { FilterForm } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";

/** Every exchange that candles can be downloaded from. */
export function ExchangeList() {
  const load = useLoad((signal) => dataOrThrow(api.GET("/api/v1/ingest/exchanges", { signal })), []);
  const wanted = (route.value.query.get("name") ?? "").toLowerCase();
  return (
    <section aria-labelledby="exchanges">
      <h2 id="exchanges">Exchanges</h2>
      <FilterForm label="Find an exchange" view="market-data" path={["exchanges"]}>
        <Field label="Name">
          <input name="name" type="search" maxLength={64} />
        </Field>
      </FilterForm>
      <Loaded of={load}>
        {({ exchanges }) => {
          const found = exchanges.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted));
          return (
            <>
              <p class="quiet">{found.length === 0 ? "No exchange is called so." : `${found.length} exchanges`}</p>
              <ul class="exchanges">
                {found.map(({ id, name }) => (
                  <li key={id}>
                    <a href={linkTo("market-data", ["exchanges", id])}>{name}</a>
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
