/** What this server knows of a person. */
export interface Account {
  localId: string;
  email?: string;
  password?: string;
  emailVerified: boolean;
  disabled: boolean;
  /** Seconds UTC, as text. */
  validSince: string;
}

/** An account apart from every other test's, with what was asked of it and what it is told to answer. */
export interface World {
  accounts: Account[];
  /** Method and path of each call, without its query, oldest first. */
  calls: string[];
  /** Answers to give instead, by the last part of a path. */
  lies: Record<string, { status: number; body: unknown }>;
  /** Ids of the keys that are published. */
  published: string[];
}

export const newWorld = (): World => ({ accounts: [], calls: [], lies: {}, published: ["first"] });

export const refusal = (message: string) => ({ status: 400, body: { error: { code: 400, message } } });
