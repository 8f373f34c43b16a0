import { afterEach, expect, test, vi } from "vitest";
import { SharedStream } from "./shared";

afterEach(() => vi.unstubAllGlobals());

test("a_frame_without_storage_has_no_locks_and_reads_for_itself", async () => {
  const denied = () => Promise.reject(new DOMException("The request was denied.", "SecurityError"));
  vi.stubGlobal("navigator", { ...window.navigator, locks: { request: denied } });
  vi.stubGlobal("BroadcastChannel", function () {
    throw new DOMException("Access is denied.", "SecurityError");
  });
  const ask = vi.fn(async () => new Response(null, { status: 401 }));
  vi.stubGlobal("fetch", ask);
  const stream = new SharedStream("portal", "acme");
  const close = stream.open();
  await vi.waitFor(() => expect(stream.state()).toBe("off"));
  expect(ask).toHaveBeenCalledTimes(1);
  close();
});
