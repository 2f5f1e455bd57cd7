/** The bundlers give the text of what is imported so. */
declare module "*.sql?raw" {
  const text: string;
  export default text;
}
