import { listBanks } from "../../connectors/banks/banks.ts";
import type { Context } from "../../context.ts";

/** The banks that a login can be stored for, and whether a run of each can work here. */
export const describeBanks = ({ browser, config }: Context) =>
  listBanks().map(({ id, name, runner }) => ({
    id,
    name,
    runner,
    available: runner === "http" || browser !== null,
    is_default: id === config.DEFAULT_BANK,
  }));
