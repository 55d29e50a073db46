import { defaultPort } from './systems.ts';

/** A host as it appears in a target id, and the port it carried itself (`api.example.com:8080`, as in `http.host`). */
export interface Host {
  readonly host: string;
  readonly port: number | undefined;
}

/** Lower case, no trailing dot; IPv6 without brackets or zone; a port inside the name is split off. */
export function parseHost(value: string): Host {
  let host = value.trim();
  let port: number | undefined;
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(host);
  if (bracketed) {
    host = bracketed[1]!;
    port = parsePort(bracketed[2]);
  } else {
    const withPort = /^([^:]+):(\d{1,5})$/.exec(host);
    if (withPort) {
      host = withPort[1]!;
      port = parsePort(withPort[2]);
    }
  }
  // The case of a path counts: a Unix socket is a file.
  if (!host.startsWith('/')) host = host.toLowerCase();
  if (host.includes(':')) host = host.replace(/%.*$/, '');
  else if (host.length > 1 && host.endsWith('.')) host = host.slice(0, -1);
  return { host, port };
}

/** A number or numeric string between 1 and 65535, else undefined. */
export function parsePort(value: unknown): number | undefined {
  const port =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\d{1,5}$/.test(value)
        ? Number(value)
        : Number.NaN;
  return Number.isInteger(port) && port >= 1 && port <= 65535 ? port : undefined;
}

/** Host and port as the authority of an id: default port dropped, IPv6 in brackets, socket paths escaped as in libpq. */
export function authority(system: string, host: string, port: number | undefined): string {
  let text = host;
  if (host.startsWith('/')) return host.replaceAll('%', '%25').replaceAll('/', '%2F');
  if (host.includes(':')) text = `[${host}]`;
  return port === undefined || port === defaultPort(system) ? text : `${text}:${port}`;
}

export interface TargetParts {
  readonly system: string;
  /** Name the user gave the target; stands for host and port. */
  readonly override?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly namespace?: string | undefined;
  /** Emitting service: keeps targets without an address apart. */
  readonly service: string;
}

/** `system://host[:port][/namespace]`, or `system://(unknown)/<service>[/namespace]` without an address. */
export function targetId(parts: TargetParts): string {
  const { system, override, host, namespace } = parts;
  const where =
    override ??
    (host ? authority(system, host, parts.port) : `(unknown)/${parts.service === '' ? '(unknown)' : parts.service}`);
  return namespace ? `${system}://${where}/${namespace}` : `${system}://${where}`;
}

/** Scheme and authority of an absolute URL; user, password, path and query never leave it. Undefined when it is none. */
export function parseUrl(url: string): { scheme: string; host: string; port: number | undefined } | undefined {
  const match = /^(?:jdbc:)?([a-z][a-z0-9+.-]*):\/\/([^/?#\\]*)/i.exec(url);
  if (!match) return undefined;
  const hostPort = match[2]!.slice(match[2]!.lastIndexOf('@') + 1);
  // Replica sets list several members; the first stands for all.
  const { host, port } = parseHost(hostPort.split(',', 1)[0]!);
  return host === '' ? undefined : { scheme: match[1]!.toLowerCase(), host, port };
}

/** Last name of an ARN such as `arn:aws:sns:eu-west-1:123456789012:orders`, and its region; undefined when it is none. */
export function parseArn(value: string): { service: string; region: string; resource: string } | undefined {
  const parts = value.split(':');
  if (parts[0] !== 'arn' || parts.length < 6) return undefined;
  return { service: parts[2]!, region: parts[3]!, resource: parts.slice(5).join(':') };
}
