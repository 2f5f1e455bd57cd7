import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";
import { CLOUDS } from "./clouds.ts";

interface CredentialField {
  label: string;
  hint?: string;
  isOptional?: boolean;
  kind?: "secret" | "json";
}

type Provider = "aws" | "azure" | "gcp";

const ACCOUNTS: Record<Provider, { label: string; hint: string }> = {
  aws: { label: "Account", hint: "Its number of twelve digits" },
  azure: { label: "Subscription", hint: "Its id" },
  gcp: { label: "Project", hint: "Its id" },
};

const FIELDS: Record<Provider, Record<string, CredentialField>> = {
  aws: {
    access_key_id: { label: "Access key id" },
    secret_access_key: { label: "Secret access key", kind: "secret" },
    session_token: { label: "Session token", hint: "Of keys that end soon", isOptional: true, kind: "secret" },
    role_arn: { label: "Role", hint: "ARN of a role that the keys take on", isOptional: true },
    external_id: { label: "External id", hint: "When the role asks for one", isOptional: true, kind: "secret" },
    region: { label: "Region", hint: "Only in China and for governments", isOptional: true },
  },
  azure: {
    tenant_id: { label: "Directory (tenant)", hint: "Id or domain of the service principal's directory" },
    client_id: { label: "Application (client) id" },
    client_secret: { label: "Client secret", kind: "secret" },
  },
  gcp: {
    service_account: { label: "Key of a service account", hint: "The JSON file as Google gives it", kind: "json" },
  },
};

/** Credentials of one account; they go to the vault and are never shown again. */
export function AccountForm({ onDone }: { onDone: () => void }) {
  const [provider, setProvider] = useState<Provider>("aws");
  const [count, setCount] = useState(0);
  const store = useAction(async (fields: FormData) => {
    const params = { path: { provider, account: textOf(fields, "account") ?? "" } };
    const body = readCredentials(provider, fields);
    await dataOrThrow(api.PUT("/api/v1/extraction/credentials/{provider}/{account}", { params, body }));
    notify("The account is stored");
    setCount(count + 1);
    onDone();
  });
  const errors = store.fieldErrors;
  return (
    <Form key={count} action={store} submit="Store the account">
      <Field label="Cloud">
        <select value={provider} onChange={(event) => setProvider(readProvider(event.currentTarget.value))}>
          {Object.entries(CLOUDS).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      <Field {...ACCOUNTS[provider]} error={errors["account"]}>
        <input key={provider} name="account" required maxLength={128} autocomplete="off" />
      </Field>
      {Object.entries(FIELDS[provider]).map(([name, field]) => (
        <CredentialInput key={`${provider} ${name}`} name={name} field={field} error={errors[name]} />
      ))}
      <p class="quiet">
        Reading is enough:{" "}
        {provider === "aws"
          ? "the policy SecurityAudit or ViewOnlyAccess"
          : provider === "azure"
            ? "the role Reader"
            : "the role Viewer"}
        . Secrets are sealed in the vault and never shown again.
      </p>
    </Form>
  );
}

interface CredentialInputProps {
  name: string;
  field: CredentialField;
  error: string | undefined;
}

function CredentialInput({ name, field: { label, hint, kind, isOptional = false }, error }: CredentialInputProps) {
  const shared = { name, required: !isOptional, spellcheck: false, autocomplete: "off" } as const;
  return (
    <Field label={isOptional ? `${label} (optional)` : label} hint={hint} error={error}>
      {kind === "json" && <textarea rows={6} {...shared} />}
      {kind === "secret" && <input type="password" {...shared} />}
      {kind === undefined && <input type="text" {...shared} />}
    </Field>
  );
}

const readProvider = (name: string): Provider => (name === "azure" || name === "gcp" ? name : "aws");

/** Throws an `Error` for a key that is no JSON, without repeating it. */
function readCredentials(provider: Provider, fields: FormData): Record<string, string | Record<string, unknown>> {
  const given = Object.entries(FIELDS[provider]).flatMap(([name, { kind, label }]) => {
    const text = textOf(fields, name);
    if (text === undefined) return [];
    return [[name, kind === "json" ? readObject(label, text) : text] as const];
  });
  return Object.fromEntries(given);
}

function readObject(label: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Said below, for every text that is no object.
  }
  throw new Error(`${label}: this is no JSON object`);
}
