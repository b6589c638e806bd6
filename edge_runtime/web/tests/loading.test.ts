import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BundleError, loadBundle } from "../src/translator.js";
import type { Reply, Request } from "../src/worker/messages.js";

const MINUTE = 60_000;

/** A worker that says nothing by itself. */
class SilentWorker {
  static last: SilentWorker;
  onmessage: (event: { data: Reply }) => void = () => {};
  isTerminated = false;
  private id = 0;

  constructor() {
    SilentWorker.last = this;
  }

  postMessage(request: Request): void {
    this.id = request.id;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  progress(loaded: number, total: number): void {
    this.onmessage({ data: { id: this.id, type: "progress", loaded, total } });
  }

  fail(message: string): void {
    this.onmessage({ data: { id: this.id, type: "error", name: "Error", message } });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", SilentWorker);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a bundle that is never tried out is given up, and its worker ended", async () => {
  const failure = loadBundle(new Blob()).catch((error: unknown) => error);
  SilentWorker.last.progress(10, 10);
  await vi.advanceTimersByTimeAsync(4 * MINUTE);
  expect(SilentWorker.last.isTerminated).toBe(false);
  await vi.advanceTimersByTimeAsync(MINUTE);
  const error = await failure;
  expect(error).toBeInstanceOf(BundleError);
  expect((error as Error).message).toContain("did not end within 300 seconds");
  expect(SilentWorker.last.isTerminated).toBe(true);
});

test("a slow network is waited for, and a failure leaves no timer", async () => {
  const failure = loadBundle(new Blob()).catch((error: unknown) => error);
  SilentWorker.last.progress(9, 10);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(SilentWorker.last.isTerminated).toBe(false);
  SilentWorker.last.progress(10, 10);
  SilentWorker.last.fail("no memory");
  expect(((await failure) as Error).message).toBe("no memory");
  expect(vi.getTimerCount()).toBe(0);
});
