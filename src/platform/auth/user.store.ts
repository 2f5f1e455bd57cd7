import { and, count, desc, eq, exists, isNotNull, isNull, lt, ne, notExists, or, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { Database } from "../../context.ts";
import { users } from "./tables.ts";

export type UserRow = typeof users.$inferSelect;
export type NewUser = typeof users.$inferInsert;

const hasEmail = (email: string) => eq(sql`lower(${users.email})`, email.toLowerCase());

export const findUserById = (db: Database, id: string) => db.select().from(users).where(eq(users.id, id)).limit(1);

export const findUserByEmail = (db: Database, email: string) => db.select().from(users).where(hasEmail(email)).limit(1);

export const findUserByProviderId = (db: Database, providerId: string) =>
  db.select().from(users).where(eq(users.provider_id, providerId)).limit(1);

export const findAnyAdmin = (db: Database) =>
  db.select({ id: users.id }).from(users).where(eq(users.role, "admin")).limit(1);

/** Newest first; `before` is the row number that the page before ended with. */
export const findUsersPage = (db: Database, page: { limit: number; before: number | undefined }) =>
  db
    .select({ user: users, row_number: sql<number>`${users}.rowid` })
    .from(users)
    .where(page.before === undefined ? undefined : lt(sql`${users}.rowid`, page.before))
    .orderBy(desc(sql`${users}.rowid`))
    .limit(page.limit);

export const countUsers = (db: Database) => db.select({ total: count() }).from(users);

/** Returns no row when the address is taken. */
export const insertUser = (db: Database, user: NewUser) =>
  db.insert(users).values(user).onConflictDoNothing().returning();

/** What ends every session of a user: our own tokens are of an older version then, the provider's from before `now`. */
export const endedSessions = (now: number) => ({
  token_version: sql`${users.token_version} + 1`,
  tokens_valid_after: now,
});

/** Takes the address over where a stranger registered it first: the stranger's password and sessions end. */
export const insertFirstAdmin = (db: Database, user: NewUser) =>
  db
    .insert(users)
    .values(user)
    .onConflictDoUpdate({
      target: sql`lower(${sql.identifier("email")})`,
      set: {
        role: user.role,
        password_hash: user.password_hash,
        blocked_at: null,
        provider_id: null,
        ...endedSessions(user.updated_at),
        updated_at: user.updated_at,
      },
    })
    .returning({ id: users.id });

type UserChanges = Partial<{ [Column in keyof NewUser]: NewUser[Column] | SQL }>;

export const updateUser = (db: Database, id: string, changes: UserChanges) =>
  db.update(users).set(changes).where(eq(users.id, id)).returning();

/** Returns no row when somebody else has the address. */
export function updateUserEmail(db: Database, id: string, email: string, changes: UserChanges) {
  const other = alias(users, "other");
  const taken = db
    .select({ id: other.id })
    .from(other)
    .where(and(eq(sql`lower(${other.email})`, email.toLowerCase()), ne(other.id, id)));
  return db
    .update(users)
    .set({ ...changes, email })
    .where(and(eq(users.id, id), notExists(taken)))
    .returning();
}

/** True in SQL unless the row is the only admin who can still sign in. */
function anotherAdminRemains(db: Database, id: string) {
  const other = alias(users, "other");
  const others = db
    .select({ id: other.id })
    .from(other)
    .where(and(eq(other.role, "admin"), isNull(other.blocked_at), ne(other.id, id)));
  return or(ne(users.role, "admin"), isNotNull(users.blocked_at), exists(others));
}

/** Returns no row when there is no such user, or when it is the last admin. */
export const updateUnlessLastAdmin = (db: Database, id: string, changes: UserChanges) =>
  db
    .update(users)
    .set(changes)
    .where(and(eq(users.id, id), anotherAdminRemains(db, id)))
    .returning();

/** Returns no row when the user is blocked already, or is the last admin. */
export const blockUnlessLastAdmin = (db: Database, id: string, changes: UserChanges) =>
  db
    .update(users)
    .set(changes)
    .where(and(eq(users.id, id), isNull(users.blocked_at), anotherAdminRemains(db, id)))
    .returning();

/** Raises unless the user is blocked, so that the batch rolls back. */
export function requireBlocked(db: Database, id: string) {
  const blocked = sql`EXISTS (SELECT 1 FROM users WHERE id = ${id} AND blocked_at IS NOT NULL)`;
  return db.select({ blocked: sql`CASE WHEN ${blocked} THEN 1 ELSE json('not blocked') END` }).from(sql`(SELECT 1)`);
}

/** Whether a user is there and not blocked. */
export const isUnblocked = (db: Database, id: string): SQL =>
  exists(
    db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, id), isNull(users.blocked_at))),
  );

/** For the batch that ends an account. */
export const deleteUserRow = (db: Database, id: string) => db.delete(users).where(eq(users.id, id));
