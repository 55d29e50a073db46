/** What Grafana and the plugin make of a query before it is sent: variables first, then the macros of the plugin. */

export interface Chosen {
  /** A list of a variable with many values; `all` where everything is chosen. */
  readonly lists: Readonly<Record<string, readonly string[] | 'all'>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly from: string;
  readonly to: string;
}

/** Grafana's own pattern of a variable: `$name`, `[[name:format]]`, `${name.field:format}`. */
const VARIABLE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\${(\w+)(?:\.([^:^}]+))?(?::([^}]+))?}/g;

export interface GrafanaVariable {
  readonly name: string;
  readonly multi: boolean;
  readonly allValue?: string;
}

const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export function asSent(query: string, variables: readonly GrafanaVariable[], chosen: Chosen): string {
  const spliced = query.replaceAll(VARIABLE, (match, plain, old, oldFormat, braced, _field, format) => {
    const name = plain ?? old ?? braced;
    const variable = variables.find((one) => one.name === name);
    // Unknown names stay: the macros are among them.
    if (variable === undefined) return match;
    const list = chosen.lists[name];
    // The value for "all" is put in as it is.
    if (list === 'all') return variable.allValue ?? "'all values'";
    const value = variable.multi ? (list ?? []) : (chosen.texts[name] ?? '');
    switch (format ?? oldFormat) {
      case 'json':
        // Of a text Grafana makes no JSON.
        return typeof value === 'string' ? value : JSON.stringify(value);
      case 'percentencode':
        return percentEncoded(Array.isArray(value) ? `{${value.join(',')}}` : String(value));
      default:
    }
    return Array.isArray(value) ? value.map((one) => `'${one.replaceAll("'", "\\'")}'`).join(',') : String(value);
  });
  return spliced.replaceAll(/\$__(timeFrom|timeTo|timeInterval)(\([a-zA-Z0-9_\s.-]*?\))?/g, (_, macro) =>
    macro === 'timeInterval' ? '60000ms' : `datetime(${macro === 'timeFrom' ? chosen.from : chosen.to})`,
  );
}
