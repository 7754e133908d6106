// Unpacks Chromium and the libraries that a bare Linux lacks into ./unpacked.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('unpacked', import.meta.url))
mkdirSync(folder, { recursive: true })
process.env.TMPDIR = folder // where the package unpacks to
process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x' // asks for its libraries as well
const { default: chromium } = await import('@sparticuz/chromium')
console.log(await chromium.executablePath())
