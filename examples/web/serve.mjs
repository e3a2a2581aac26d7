// Serves the page on this machine, compiled at each request, for the server in PUFFLE_MOCK_URL.
import { context } from "esbuild"

const folder = import.meta.dirname
const { PORT, PUFFLE_MOCK_URL } = process.env
try {
  const compiled = await context({
    entryPoints: [`${folder}/main.ts`],
    bundle: true,
    format: "esm",
    target: "es2022",
    outdir: folder,
    write: false,
    define: { SERVER: JSON.stringify(PUFFLE_MOCK_URL) },
    logLevel: "warning",
  })
  const { port } = await compiled.serve({ host: "127.0.0.1", port: Number(PORT), servedir: folder })
  console.log(`The page is listening on http://127.0.0.1:${port} and shows the leads of ${PUFFLE_MOCK_URL}. Press Ctrl-C to stop.`)
} catch (error) {
  console.error(`the page cannot be served on port ${PORT}: ${error.message.split("\n")[0]}; choose another with PORT=`)
  process.exit(2)
}
