/** R2's code and words for an upload that is ended (https://developers.cloudflare.com/r2/api/error-codes/). */
const ENDED = /\(10024\)|upload does not exist/;

/** Frees the parts of an upload that was given up; one that is ended already has none. Throws what R2 says else. */
export async function endUpload(lake: R2Bucket, { key, r2_upload_id }: { key: string; r2_upload_id: string | null }) {
  if (r2_upload_id === null) return;
  await lake
    .resumeMultipartUpload(key, r2_upload_id)
    .abort()
    .catch((error: unknown) => {
      if (!ENDED.test(String(error))) throw error;
    });
}
