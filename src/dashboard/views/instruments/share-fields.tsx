import type { Schemas } from "../../../client/client.ts";
import { Field } from "../../components/form.tsx";
import { ChoiceField } from "./choice-field.tsx";

interface ShareFieldsProps {
  instrument: Schemas["Instrument"] | undefined;
  errors: Record<string, string>;
}

/** A Windows share, and the service account that it is opened with. */
export const ShareFields = ({ instrument, errors }: ShareFieldsProps) => (
  <>
    <Field label="Host" hint="Such as scope.lab.example.org" error={errors["cifs_host"]}>
      <input name="cifs_host" required maxLength={253} spellcheck={false} defaultValue={instrument?.cifs_host ?? ""} />
    </Field>
    <Field label="Share" error={errors["cifs_share"]}>
      <input name="cifs_share" required maxLength={80} spellcheck={false} defaultValue={instrument?.cifs_share ?? ""} />
    </Field>
    <Field label="Folder (optional)" hint="All of the share without one" error={errors["cifs_base_path"]}>
      <input
        name="cifs_base_path"
        maxLength={1024}
        spellcheck={false}
        defaultValue={instrument?.cifs_base_path ?? ""}
      />
    </Field>
    <ChoiceField
      label="Service account"
      name="service_account_id"
      kind="account"
      none="None: as a guest"
      value={instrument?.service_account_id ?? null}
      error={errors["service_account_id"]}
    />
  </>
);
