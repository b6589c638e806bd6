/** Sizes and times, for people. */

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function milliseconds(duration: number): string {
  return duration < 1000
    ? `${Math.max(1, Math.round(duration))} ms`
    : `${(duration / 1000).toFixed(1)} s`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
