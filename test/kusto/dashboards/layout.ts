export interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Boxes outside of a grid of `width`, too small to read, or on top of each other. */
export function layoutProblems(boxes: readonly Box[], width: number): string[] {
  const problems: string[] = [];
  for (const [i, a] of boxes.entries()) {
    const whole = [a.x, a.y, a.width, a.height].every((n) => Number.isInteger(n) && n >= 0);
    if (!whole || a.x + a.width > width) problems.push(`layout: ${a.name} is outside of the grid`);
    if (a.width < 4 || a.height < 2) problems.push(`layout: ${a.name} is too small`);
    for (const b of boxes.slice(i + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      if (!apart) problems.push(`layout: ${a.name} and ${b.name} overlap`);
    }
  }
  return problems;
}
