import { route } from "../../app/route.ts";
import { Field } from "../../components/form.tsx";
import { useChoices } from "./choices.ts";

/** Narrows a list to one instrument; what the address says is chosen once there is something to choose from. */
export function InstrumentFilter() {
  const { data: instruments } = useChoices("instrument");
  const chosen = route.value.query.get("instrument") ?? "";
  return (
    <Field label="Instrument">
      <select key={`${chosen} of ${instruments?.length}`} name="instrument">
        <option value="">All</option>
        {instruments?.map(({ id, name }) => (
          <option key={id} value={id} selected={id === chosen}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}
