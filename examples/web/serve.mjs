// Serves the form on this machine, compiled anew at each request, against the server in BASE_URL.
import { context } from "esbuild"

const folder = import.meta.dirname
try {
  const compiled = await context({
    entryPoints: [`${folder}/main.ts`],
    bundle: true,
    format: "esm",
    target: "es2022",
    outdir: folder,
    write: false,
    define: { SERVER: JSON.stringify(process.env.BASE_URL) },
    logLevel: "warning",
  })
  const { port } = await compiled.serve({ host: "127.0.0.1", port: Number(process.env.PORT), servedir: folder })
  console.log(`The form is listening on http://127.0.0.1:${port}, and edits leads of ${process.env.BASE_URL}. Ctrl-C ends it.`)
} catch (error) {
  console.error(`the form cannot be served on port ${process.env.PORT}: ${error.message.split("\n")[0]}; name another with PORT=`)
  process.exit(2)
}
