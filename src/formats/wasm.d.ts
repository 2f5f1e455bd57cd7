/** The bundler compiles what is imported as `.wasm`; the runtime refuses to compile bytes. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
