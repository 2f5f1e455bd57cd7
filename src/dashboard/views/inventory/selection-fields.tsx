import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Fieldset, More } from "../../components/fieldset.tsx";
import { Field, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";
import { nameOfCloud } from "./clouds.ts";

/** What is scanned: clouds, services and regions; what is left empty means all. */
export function SelectionFields({ errors }: { errors: Record<string, string> }) {
  const [provider, setProvider] = useState("");
  const load = useLoad((signal) => dataOrThrow(api.GET("/api/v1/extraction/services", { signal })), []);
  return (
    <Loaded of={load}>
      {({ services_by_provider }) => (
        <div class="stack">
          <Field label="Cloud" error={errors["provider"]}>
            <select name="provider" value={provider} onChange={(event) => setProvider(event.currentTarget.value)}>
              <option value="">All of them</option>
              {Object.keys(services_by_provider).map((name) => (
                <option key={name} value={name}>
                  {nameOfCloud(name)}
                </option>
              ))}
            </select>
          </Field>
          {Object.entries(services_by_provider)
            .filter(([name]) => provider === "" || provider === name)
            .map(([name, services]) => (
              <ServiceFields key={name} provider={name} services={services} error={errors["services"]} />
            ))}
          <Field
            label="Regions"
            hint="With commas between, such as us-east-1, westeurope; all that are in use when empty"
            error={errors["regions"]}
          >
            <input name="regions" spellcheck={false} autocomplete="off" />
          </Field>
          <More isOpen={Object.keys(errors).some((name) => name.startsWith("filters"))}>
            <Field
              label="Only resources with"
              hint="One a line, such as instance_state = running or labels.team = data"
              error={Object.entries(errors)
                .find(([name]) => name.startsWith("filters"))
                ?.join(" ")}
            >
              <textarea name="filters" rows={3} spellcheck={false} />
            </Field>
          </More>
        </div>
      )}
    </Loaded>
  );
}

interface ServiceFieldsProps {
  provider: string;
  services: { service: string; description: string }[];
  error: string | undefined;
}

const ServiceFields = ({ provider, services, error }: ServiceFieldsProps) => (
  <Fieldset legend={`Services of ${nameOfCloud(provider)}`} hint="All of them when none is ticked" error={error}>
    <div class="services">
      {services.map(({ service, description }) => (
        <label key={service} class="row" title={description}>
          <input type="checkbox" name="services" value={service} />
          {service}
        </label>
      ))}
    </div>
  </Fieldset>
);

/** What the fields say, as the API takes it. Throws an `Error` for a line that is no filter. */
export function readSelection(fields: FormData) {
  const services = [...new Set(fields.getAll("services").map(String))];
  const regions = (textOf(fields, "regions") ?? "").split(/[\s,;]+/).filter(Boolean);
  return {
    provider: textOf(fields, "provider") ?? null,
    services: services.length > 0 ? services : null,
    regions: regions.length > 0 ? regions : null,
    filters: readFilters(textOf(fields, "filters") ?? ""),
  };
}

/** Several lines of one key mean any of their values. */
function readFilters(text: string): Record<string, string[]> {
  const filters: Record<string, string[]> = {};
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    const [, key, value] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw new Error(`"${line.slice(0, 100)}" has no = in it`);
    filters[key.trim()] = [...(filters[key.trim()] ?? []), value.trim()];
  }
  return filters;
}
