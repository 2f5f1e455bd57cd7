import { ApiError, readApiError } from "../../../client/api-error.ts";

interface SendOptions {
  /** Told as bytes leave: how many of all. */
  onProgress: (sent: number) => void;
}

/** Uploads a CSV file into a source, with progress, which `fetch` does not tell. Throws an `ApiError`. */
export function sendFile(source: string, file: File, { onProgress }: SendOptions): Promise<void> {
  const form = new FormData();
  form.append("file", file);
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", ({ loaded }) => onProgress(Math.min(loaded, file.size)));
    request.addEventListener("load", () => {
      const { status, responseText } = request;
      if (status === 200) return resolve();
      reject(readApiError(new Response(null, { status: status || 500 }), parse(responseText)));
    });
    request.addEventListener("error", () => {
      reject(new ApiError(0, { code: "NO_ANSWER", message: "Catchment does not answer" }));
    });
    request.open("POST", `/api/sources/${encodeURIComponent(source)}/upload-csv`);
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
