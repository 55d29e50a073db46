/** PM2 has a file of its own run, which loads the application and names it here. */
const PM2_CONTAINER = /[\\/]ProcessContainer(?:Fork)?\.js$/;

/** The script of the application, whoever loads it. Undefined for `node -e` and the like. */
export function mainScript(): string | undefined {
  const main = process.argv[1];
  return main !== undefined && PM2_CONTAINER.test(main) ? (process.env.pm_exec_path ?? main) : main;
}
