// Embeds a portal link: Postrider.mount(element, { url, onExpired, height, title }). See docs/dashboard.md, "Embedding".
(() => {
  "use strict";
  const LOWEST = 200;
  const HIGHEST = 20000;
  const PAUSE = 10000;

  function mount(element, options) {
    const auto = (options.height ?? "auto") === "auto";
    const frame = document.createElement("iframe");
    let origin = "";
    let token = "";
    let renewing = false;
    let renewedAt = -PAUSE;
    let destroyed = false;

    function take(address) {
      const url = new URL(address, document.baseURI);
      if (url.protocol !== "https:" && url.protocol !== "http:") throw new TypeError("url must be an http(s) address");
      const moved = url.origin !== origin;
      origin = url.origin;
      token = url.hash.slice(1);
      if (moved) frame.src = url.href;
      return moved;
    }

    function sendToken() {
      frame.contentWindow?.postMessage({ type: "postrider:token", token }, origin);
    }

    // Asks for a new link, and gives its token to the page, which stays where it is. Without a link that works, the page
    // shows its own button.
    async function renew() {
      if (!options.onExpired || renewing || performance.now() - renewedAt < PAUSE) return;
      renewing = true;
      renewedAt = performance.now();
      try {
        const url = await options.onExpired();
        if (url && !destroyed && !take(url)) sendToken();
      } finally {
        renewing = false;
      }
    }

    function onMessage(event) {
      if (event.source !== frame.contentWindow || event.origin !== origin) return;
      const { type, height } = Object(event.data);
      if (type === "postrider:token-wanted") sendToken();
      else if (type === "postrider:expired") renew();
      else if (type === "postrider:height" && auto && Number.isFinite(height)) {
        frame.style.height = `${Math.min(Math.max(height, LOWEST), HIGHEST)}px`;
      }
    }

    frame.title = options.title ?? "Webhooks";
    frame.allow = "clipboard-write";
    frame.style.cssText = "display:block;width:100%;border:0";
    frame.style.height = auto ? "640px" : `${Number(options.height)}px`;
    if (auto) frame.name = "postrider:auto";
    take(options.url);
    window.addEventListener("message", onMessage);
    element.append(frame);
    return {
      destroy() {
        destroyed = true;
        window.removeEventListener("message", onMessage);
        frame.remove();
      },
    };
  }

  window.Postrider = { mount };
})();
