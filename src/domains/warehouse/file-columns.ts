/** Columns that loading adds to rows of files: the file, when it was uploaded (ISO 8601), and the line in it. */
export const FILE_COLUMN = "_catchment_file";
export const FILE_TIME_COLUMN = "_catchment_file_time";
export const LINE_COLUMN = "_catchment_line";
