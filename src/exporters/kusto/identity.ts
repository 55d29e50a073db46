import type { Principal } from '../../kusto/grants.ts';

/** Of what may be shown and pasted into a command. */
const PLAIN = /^[\w.@#+-]{1,256}$/;

/**
 * Whom a token is for, from its claims; undefined for a token that does not tell. Nothing is checked, and nothing of it but these names goes
 * anywhere: they are for a command that a person reads.
 */
export function principalOfToken(token: string | undefined): Principal | undefined {
  let claims: Readonly<Record<string, unknown>>;
  try {
    claims = (JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) ?? {}) as typeof claims;
  } catch {
    return undefined;
  }
  const first = (...names: readonly string[]): string | undefined =>
    names.map((name) => claims[name]).find((value): value is string => typeof value === 'string' && PLAIN.test(value));
  const tenant = first('tid');
  // A token that a person's program got for them says what it may do in their name.
  const isUser = claims.idtyp === 'user' || (claims.idtyp !== 'app' && claims.scp !== undefined);
  const id = isUser ? first('upn', 'unique_name', 'preferred_username', 'oid') : first('appid', 'azp', 'oid');
  return id === undefined ? undefined : { type: isUser ? 'User' : 'App', id, tenant };
}
