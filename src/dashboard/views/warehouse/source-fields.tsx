import { More } from "../../components/fieldset.tsx";
import { Field } from "../../components/form.tsx";
import { SchemaFields } from "../../components/schema-form.tsx";
import { labelOf } from "../../components/schema-input.tsx";
import { isFolded, schemaOf, secretField, type SourceType, UPLOAD_TYPES } from "./source-config.ts";

const QUIET_SECONDS = 600;

interface SourceFieldsProps {
  type: SourceType;
  /** The source as it is, for one that there is. */
  source?: Record<string, unknown>;
  errors: Record<string, string>;
}

/** Everything of a source but its name; secrets are asked for beside the settings that name them. */
export function SourceFields({ type, source = {}, errors }: SourceFieldsProps) {
  const schema = schemaOf(type);
  return (
    <>
      <SchemaFields
        schema={schema}
        values={Object(source[type.type])}
        errors={errors}
        folds={(name) => isFolded(schema, name)}
        before={(name) =>
          name.endsWith("_env") && <SecretField name={name} isStored={source["name"] !== undefined} errors={errors} />
        }
      />
      <Options type={type.type} source={source} errors={errors} />
    </>
  );
}

interface SecretFieldProps {
  name: string;
  isStored: boolean;
  errors: Record<string, string>;
}

const SecretField = ({ name, isStored, errors }: SecretFieldProps) => (
  <Field
    label={labelOf(name.replace(/_env$/, ""), {})}
    hint={
      isStored
        ? "Leave this empty to keep what is stored."
        : "Sealed in the vault and never shown again. Leave this empty where it is stored already."
    }
    error={errors["value"]}
  >
    <input type="password" autocomplete="new-password" name={secretField(name)} />
  </Field>
);

/** What every kind of source has. */
const Options = ({ type, source, errors }: { type: string } & Required<Omit<SourceFieldsProps, "type">>) => (
  <>
    <Field label="About (optional)" hint="For people: what it is, whose it is." error={errors["description"]}>
      <input name="source:about" maxLength={1000} defaultValue={String(source["description"] ?? "")} />
    </Field>
    <More title="How it is synced" isOpen={["lookback_days", "debounce_seconds"].some((name) => name in errors)}>
      <Field
        label="Days to read again (optional)"
        hint="Each sync begins so many days before the last one's end, for what changes later."
        error={errors["lookback_days"]}
      >
        <input
          type="number"
          min={0}
          max={3650}
          name="source:lookback_days"
          defaultValue={String(source["lookback_days"] ?? "")}
        />
      </Field>
      <Field label="Run the models after each sync">
        <input type="checkbox" name="source:auto_dbt" defaultChecked={source["auto_dbt"] !== false} />
      </Field>
      {UPLOAD_TYPES.includes(type) && (
        <>
          <input type="hidden" name="source:takes_uploads" value="yes" />
          <Field label="Sync after uploads">
            <input type="checkbox" name="source:auto_sync" defaultChecked={source["auto_sync"] !== false} />
          </Field>
          <Field
            label="Seconds to wait after the last upload"
            hint="So that several files are loaded in one go."
            error={errors["debounce_seconds"]}
          >
            <input
              type="number"
              min={0}
              max={86400}
              name="source:debounce_seconds"
              defaultValue={String(source["debounce_seconds"] ?? QUIET_SECONDS)}
            />
          </Field>
        </>
      )}
    </More>
  </>
);
