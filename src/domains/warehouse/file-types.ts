/** Kinds of sources whose files people upload. */
export const isUploadType = (type: string): boolean => type === "csv" || type === "local_files";

/** Kinds of sources whose rows are in files. */
export const isFileType = (type: string): boolean => isUploadType(type) || type === "filesystem";
