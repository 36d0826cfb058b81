/** The npm package `node@24` brings the right Node into node_modules/.bin; npm scripts and npx use it by themselves. */
export function ensureNode24(): void {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 24) return
  console.error(`shakedown needs Node 24 or newer, this is ${process.version}. Run it as \`npx shakedown …\` inside the clone (npm ci brings Node 24 along).`)
  process.exit(4)
}
