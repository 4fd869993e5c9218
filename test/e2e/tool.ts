// Owns: running a command line tool to its end, with a home folder that holds nothing.
// Does not own: what the tool is asked. Called by: the foundry and hardhat tests, scripts/hardhat3.ts.
import { spawn } from 'node:child_process'

export type ToolOptions = { cwd: string; env?: Record<string, string> }

/** Output of a failing tool that is worth keeping in the error message. */
const outputCharsMax = 20_000

/** Resolves with what the tool wrote to stdout; a non-zero exit code is an error that shows all its output. */
export function runTool(file: string, args: string[], options: ToolOptions): Promise<string> {
  // HOME is the scratch folder: nothing in ~/.foundry, ~/.svm or ~/.config may be needed.
  const env = { ...process.env, HOME: options.cwd, NO_COLOR: '1', ...options.env }
  // Colours forced by the test runner would end up in the output that tests parse.
  delete (env as NodeJS.ProcessEnv)['FORCE_COLOR']
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let all = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      all += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (all += chunk))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout)
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code ?? signal}\n${all.slice(-outputCharsMax)}`))
    })
  })
}
