import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const SOURCE = readFileSync(join(__dirname, "../../public/portal.js"), "utf8");
const URL_OF_LINK = "https://hooks.example.com/portal/pts_1#pt_first";

interface Mounted {
  destroy: () => void;
}
interface Postrider {
  mount: (element: Element, options: Record<string, unknown>) => Mounted;
}

const { mount } = ((): Postrider => {
  new Function(SOURCE)();
  return (window as unknown as { Postrider: Postrider }).Postrider;
})();

let mounted: Mounted | null = null;
const place = document.createElement("div");

beforeEach(() => document.body.replaceChildren(place));
afterEach(() => mounted?.destroy());

function embed(options: Record<string, unknown> = {}) {
  mounted = mount(place, { url: URL_OF_LINK, ...options });
  const frame = place.querySelector("iframe");
  if (!frame?.contentWindow) throw new Error("no frame");
  const sent = vi.spyOn(frame.contentWindow, "postMessage").mockImplementation(() => undefined);
  const hear = (data: unknown, from: Partial<MessageEventInit> = {}) =>
    window.dispatchEvent(
      new MessageEvent("message", { data, source: frame.contentWindow, origin: "https://hooks.example.com", ...from }),
    );
  return { frame, sent, hear };
}

test("the_script_is_small", () => {
  expect(SOURCE.length).toBeLessThan(3000);
});

test("the_height_of_the_content_is_set_within_bounds", () => {
  const { frame, hear } = embed();
  expect(frame.title).toBe("Webhooks");
  for (const [height, style] of [[812, "812px"], [1, "200px"], [1e9, "20000px"], ["9px;x", "20000px"], [NaN, "20000px"]]) {
    hear({ type: "postrider:height", height });
    expect(frame.style.height).toBe(style);
  }
});

test("a_fixed_height_stays", () => {
  const { frame, hear } = embed({ height: 500 });
  hear({ type: "postrider:height", height: 812 });
  expect([frame.style.height, frame.name]).toEqual(["500px", ""]);
});

test("messages_of_other_windows_and_origins_are_ignored", () => {
  const { frame, sent, hear } = embed();
  hear({ type: "postrider:height", height: 812 }, { source: window });
  hear({ type: "postrider:height", height: 812 }, { origin: "https://evil.example" });
  hear({ type: "postrider:token-wanted" }, { origin: "https://evil.example" });
  for (const data of [null, undefined, "x", 7, { type: "other" }]) hear(data);
  expect(frame.style.height).toBe("640px");
  expect(sent).not.toHaveBeenCalled();
});

test("the_token_goes_to_the_origin_of_the_link_alone", () => {
  const { sent, hear } = embed();
  hear({ type: "postrider:token-wanted" });
  expect(sent).toHaveBeenCalledExactlyOnceWith({ type: "postrider:token", token: "pt_first" }, "https://hooks.example.com");
});

test("an_expired_link_is_replaced_once", async () => {
  const onExpired = vi.fn(async () => "https://hooks.example.com/portal/pts_2#pt_second");
  const { sent, hear } = embed({ onExpired });
  hear({ type: "postrider:expired" });
  hear({ type: "postrider:expired" });
  await vi.waitFor(() => expect(sent).toHaveBeenCalled());
  expect(sent).toHaveBeenCalledExactlyOnceWith({ type: "postrider:token", token: "pt_second" }, "https://hooks.example.com");
  hear({ type: "postrider:expired" });
  expect(onExpired).toHaveBeenCalledTimes(1);
});

test("an_address_that_is_no_web_page_is_refused", () => {
  expect(() => mount(place, { url: "javascript:alert(1)" })).toThrow(TypeError);
  expect(place.querySelector("iframe")).toBeNull();
});
