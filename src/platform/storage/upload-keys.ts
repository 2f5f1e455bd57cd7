/**
 * A key that no object has had: 122 random bits stand in for the checksum that other keys end in, which nobody knows
 * before the last byte has come. The bytes under it never change either.
 */
export function uploadKey(filename: string, id: string = crypto.randomUUID()): string {
  return `uploads/${id}/${filename}`;
}
