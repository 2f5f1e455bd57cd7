import { Field } from "../../components/form.tsx";

const NAMES = ["service", "region", "type", "text"] as const;

/** Fields that narrow lists of resources, whether of one scan or of all. */
export const ResourceFilterFields = () => (
  <>
    <Field label="Service" hint="Such as ec2">
      <input name="service" type="search" maxLength={64} />
    </Field>
    <Field label="Region">
      <input name="region" type="search" maxLength={64} />
    </Field>
    <Field label="Type" hint="Such as instance">
      <input name="type" type="search" maxLength={128} />
    </Field>
    <Field label="Text" hint="Anywhere in it">
      <input name="text" type="search" maxLength={200} />
    </Field>
  </>
);

/** What the address says of them, as the API takes it. */
export const readResourceFilter = (query: URLSearchParams): Partial<Record<(typeof NAMES)[number], string>> =>
  Object.fromEntries(NAMES.map((name) => [name, query.get(name) || undefined]));
