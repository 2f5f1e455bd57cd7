import { openAccount, type Account } from "../cloudflare.ts";
import { type Deployment, openLocalDeployment, openRemoteDeployment } from "./deployment.ts";
import { holdState } from "./hold-state.ts";
import type { TargetOptions } from "./options.ts";

export interface Target extends Deployment {
  /** The account that it is in; undefined on this machine. */
  account: Account | undefined;
  /** Such as `the account 0123…` or the folder. */
  place: string;
}

/** Opens the deployment that the options mean; on this machine nobody else can until it is closed. */
export async function openTarget(
  { remote, state }: TargetOptions,
  prepare: (account: Account) => Promise<void> = async () => {},
): Promise<Target> {
  if (remote) {
    const account = await openAccount(process.env);
    await prepare(account);
    return { ...(await openRemoteDeployment(account)), account, place: `the account ${account.id}` };
  }
  const release = await holdState(state);
  try {
    const deployment = await openLocalDeployment(state);
    const close = async () => {
      await deployment.close();
      release();
    };
    return { ...deployment, close, account: undefined, place: state };
  } catch (error) {
    release();
    throw error;
  }
}
