/**
 * In its cluster mode PM2 starts a process with the variables and the folder of its daemon, and gives it those of the application
 * later than `--import` runs. What we and OpenTelemetry read at the start is taken over before that, from where PM2 takes it.
 */

interface Pm2Env {
  readonly [name: string]: unknown;
}

/** What is read before PM2 has set everything. */
const EARLY = /^(?:OTEL_.*|NODE_ENV|pm_exec_path)$/;

export function joinPm2(): void {
  const told = pm2Env(process.env.pm2_env);
  if (told === undefined) return;
  for (const [name, value] of Object.entries(told)) {
    if (EARLY.test(name) && typeof value === 'string') process.env[name] = value;
  }
  if (typeof told.pm_cwd !== 'string') return;
  try {
    process.chdir(told.pm_cwd);
  } catch {
    // PM2 will say so.
  }
}

function pm2Env(text: string | undefined): Pm2Env | undefined {
  if (text === undefined) return undefined;
  try {
    const told: unknown = JSON.parse(text);
    return typeof told === 'object' && told !== null ? (told as Pm2Env) : undefined;
  } catch {
    return undefined;
  }
}
