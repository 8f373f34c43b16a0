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

test("lists_that_were_read_before_the_stream_opened_are_read_again", async () => {
  vi.stubGlobal("navigator", { ...window.navigator });
  vi.stubGlobal("fetch", async () => new Response(new ReadableStream(), { status: 200 }));
  const opened = async (late: boolean) => {
    const stream = new SharedStream("operator", null);
    const heard: string[] = [];
    stream.listen(({ kind }) => heard.push(kind));
    if (late) stream.miss();
    const close = stream.open();
    await vi.waitFor(() => expect(stream.state()).toBe("open"));
    close();
    return heard;
  };
  expect(await opened(false)).toEqual([]);
  expect(await opened(true)).toEqual(["gap"]);
});
