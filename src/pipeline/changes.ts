/** Lets callers wait for a condition that is looked at after each change. */
export class Changes {
  readonly #watchers = new Set<() => void>();

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!condition()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  happened(): void {
    for (const watch of [...this.#watchers]) watch();
  }
}
