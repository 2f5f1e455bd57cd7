import type { ComponentType } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { dataOrThrow } from "../../client/client.ts";
import { Problem } from "../components/problem.tsx";
import { useAction } from "../components/use-action.ts";
import { useLoad } from "../components/use-load.ts";
import { api } from "./api.ts";
import type { ViewEntry } from "./views.ts";

/** Fetches a view's code and draws it; what it throws is shown in its place. */
export function ViewFrame({ view }: { view: ViewEntry }) {
  const { data, error } = useLoad(view.load, [view]);
  const [fault, forget] = useErrorBoundary();
  if (fault !== undefined) return <Problem error={asError(fault)} onRetry={forget} />;
  if (error) return <NotLoaded title={view.title} />;
  if (!data) return <p aria-busy="true">Loading …</p>;
  const View: ComponentType = data.View;
  return <View />;
}

/**
 * A browser may remember that a module could not be fetched, and after an update of the server its file has another
 * name: only a new page helps, once the server answers.
 */
function NotLoaded({ title }: { title: string }) {
  const retry = useAction(async () => {
    await dataOrThrow(api.GET("/"));
    window.location.reload();
  });
  return (
    <>
      <h1>{title}</h1>
      <div class="card problem" role="alert">
        <p>{retry.error ?? "This part of the page could not be loaded."}</p>
        <button type="button" disabled={retry.isBusy} onClick={() => void retry.run()}>
          Try again
        </button>
      </div>
    </>
  );
}

const asError = (fault: unknown) => (fault instanceof Error ? fault : new Error(String(fault)));
