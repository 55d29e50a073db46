/** Widths people think in, in milliseconds. From five minutes on, each is a multiple of any window that Kusto takes. */
export const roundSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 10_080].map(
  (minutes) => minutes * 60_000,
);

export const STEPS_MAX = 2_000;
