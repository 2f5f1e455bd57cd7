import { computed, signal } from "@preact/signals";
import { person } from "../../app/session.ts";
import { PlainText } from "../../components/plain-text.tsx";

const MOST = 30;

/** Queries that one person has run, latest first; in memory only, since they may hold what nobody else should read. */
const queries = signal<string[]>([]);

const owner = computed(() => person.value?.id);
owner.subscribe(() => (queries.value = []));

export function rememberQuery(sql: string): void {
  queries.value = [sql, ...queries.value.filter((other) => other !== sql)].slice(0, MOST);
}

/** Queries of before, to be run again. */
export function QueryHistory({ onChoose }: { onChoose: (sql: string) => void }) {
  if (queries.value.length === 0) return null;
  return (
    <section class="card">
      <h3>Queries of before</h3>
      <p class="quiet">Kept until you sign out, or this page is closed or loaded anew. Choose one to bring it back.</p>
      <ul class="queries">
        {queries.value.map((sql) => (
          <li key={sql}>
            <button type="button" onClick={() => onChoose(sql)}>
              <PlainText of={sql} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
