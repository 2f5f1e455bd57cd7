import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type Frame, listen } from "../app/live.ts";

export interface Load<Data> {
  /** What was read last; it stays while it is read again. Null before the first answer. */
  data: Data | null;
  error: Error | null;
  isLoading: boolean;
  reload: () => void;
}

export interface LoadOptions {
  /** Frames of the platform's events that make what is shown old; after missed frames everything is read again. */
  refreshOn?: (frame: Frame) => boolean;
}

/** Shortest time between two reads that events ask for, in ms. */
const REFRESH_EVERY = 1000;

/**
 * Reads something from the server, again whenever an input changes or an event says that it is old. An answer that
 * arrives after a later question, or after the view has gone, is dropped.
 */
export function useLoad<Data>(
  load: (signal: AbortSignal) => Promise<Data>,
  inputs: readonly unknown[],
  { refreshOn }: LoadOptions = {},
): Load<Data> {
  const [state, setState] = useState<Omit<Load<Data>, "reload">>({ data: null, error: null, isLoading: true });
  const current = useRef<AbortController | null>(null);
  const latest = useRef({ load, refreshOn });
  latest.current = { load, refreshOn };

  const reload = useCallback(() => {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    setState((before) => ({ ...before, isLoading: true }));
    const settle = (outcome: Partial<Load<Data>>) => {
      if (!controller.signal.aborted) setState((before) => ({ ...before, error: null, ...outcome, isLoading: false }));
    };
    latest.current.load(controller.signal).then(
      (data) => settle({ data }),
      (error: Error) => settle({ error }),
    );
  }, []);

  useEffect(() => {
    setState({ data: null, error: null, isLoading: true });
    reload();
    return () => current.current?.abort();
  }, [...inputs]);

  useEffect(() => {
    let timer: number | undefined;
    const stop = listen((frame) => {
      const isOld = frame.type === "reset" || latest.current.refreshOn?.(frame);
      if (isOld && timer === undefined) {
        timer = window.setTimeout(() => {
          timer = undefined;
          reload();
        }, REFRESH_EVERY);
      }
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, []);

  return { ...state, reload };
}
