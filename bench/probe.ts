/** The longest time anything else of the process had to wait: the longest gap in a tight chain of setImmediate, in milliseconds. */
export function startProbe(): () => number {
  let longest = 0;
  let last = performance.now();
  let running = true;
  const turn = (): void => {
    const now = performance.now();
    if (now - last > longest) longest = now - last;
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    running = false;
    return longest;
  };
}
