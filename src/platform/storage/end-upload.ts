/** Frees the parts of an upload that was given up; one that is ended already has none. */
export async function endUpload(lake: R2Bucket, { key, r2_upload_id }: { key: string; r2_upload_id: string | null }) {
  if (r2_upload_id === null) return;
  await lake
    .resumeMultipartUpload(key, r2_upload_id)
    .abort()
    .catch(() => {});
}
