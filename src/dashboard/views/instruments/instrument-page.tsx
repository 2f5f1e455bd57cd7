import type { Schemas } from "../../../client/client.ts";
import { linkTo } from "../../app/route.ts";
import { Facts } from "../../components/facts.tsx";
import { formatValue } from "../../components/format.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { Time } from "../../components/time.tsx";
import { HarvestNow } from "./harvest-now.tsx";
import { InstrumentAccess } from "./instrument-access.tsx";
import { InstrumentHooks } from "./instrument-hooks.tsx";
import { InstrumentSchedules } from "./instrument-schedules.tsx";
import { PushTokens } from "./push-tokens.tsx";

interface InstrumentPageProps {
  instrument: Schemas["Instrument"];
  onHarvest: () => void;
}

/** All about one instrument. */
export function InstrumentPage({ instrument, onHarvest }: InstrumentPageProps) {
  const { id, transfer_config, description, location, pid, enabled, last_harvested_at } = instrument;
  const isPushed = transfer_config?.["type"] === "push";
  const settings = transfer_config ?? {
    share: `//${instrument.cifs_host ?? ""}/${instrument.cifs_share ?? ""}`,
    folder: instrument.cifs_base_path,
  };
  const facts = Object.entries({ ...settings, description, location, "persistent identifier": pid });
  const shown = facts.filter(([, value]) => value !== null && value !== "");
  return (
    <>
      <div class="columns">
        <section class="card stack">
          <div class="row">
            <h3>Settings</h3>
            <a class="button" href={linkTo("instruments", ["instruments", id, "edit"])}>
              Change
            </a>
          </div>
          <Facts
            of={{
              ...Object.fromEntries(
                shown.map(([name, value]) => [name, <PlainText key={name} of={formatValue(value)} />]),
              ),
              "switched on": enabled ? "yes" : "no",
              "last harvest": <Time at={last_harvested_at} />,
            }}
          />
          <p>
            <a href={linkTo("instruments", ["files"], { instrument: id })}>Its files</a> ·{" "}
            <a href={linkTo("instruments", ["transfers"], { instrument: id })}>Its transfers</a>
          </p>
        </section>
        {isPushed ? <PushTokens instrument={id} /> : <HarvestNow instrument={id} onEnd={onHarvest} />}
      </div>
      {!isPushed && <InstrumentSchedules instrument={id} />}
      <div class="columns">
        <InstrumentAccess instrument={id} />
        <InstrumentHooks instrument={id} />
      </div>
    </>
  );
}
