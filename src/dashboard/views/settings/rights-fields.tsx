import type { Schemas } from "../../../client/client.ts";
import { titleOfDomain } from "../../components/domains.ts";
import { Fieldset } from "../../components/fieldset.tsx";
import { Field } from "../../components/form.tsx";
import { Select } from "../../components/select.tsx";

type Rights = Pick<Schemas["ManagedUser"], "role" | "grants">;
type Grants = Rights["grants"];

/** Banking is everybody's own and cannot be granted. */
const GRANTABLE = ["market-data", "inventory", "warehouse", "instruments"] as const;

const ROLES = { user: "User", admin: "Admin" };
const USES = { "": "Nothing beyond that", read: "Read", write: "Read and change" };

interface RightsFieldsProps extends Rights {
  errors: Record<string, string>;
}

/** What a user may do: the role, and for each domain whether they may read or change it. */
export function RightsFields({ role, grants, errors }: RightsFieldsProps) {
  return (
    <>
      <Field label="Role" hint="Admins may do everything, and manage users." error={errors["role"]}>
        <Select name="role" initial={role} options={ROLES} />
      </Field>
      <Fieldset
        legend="What a user may use"
        hint="Everybody may read market data and the warehouse, and has their own bank data."
        error={errors["grants"]}
      >
        {GRANTABLE.map((domain) => (
          <Field key={domain} label={titleOfDomain(domain)}>
            <Select name={domain} initial={grants[domain] ?? ""} options={USES} />
          </Field>
        ))}
      </Fieldset>
    </>
  );
}

/** What the fields say, as routes take it. */
export function readRights(fields: FormData): Rights {
  const grants: Grants = {};
  for (const domain of GRANTABLE) {
    const grant = fields.get(domain);
    if (grant === "read" || grant === "write") grants[domain] = grant;
  }
  return { role: fields.get("role") === "admin" ? "admin" : "user", grants };
}
