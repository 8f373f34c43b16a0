/** `name` is the product of the host; null when the link has none. */
type Name = string | null;

export const portal = {
  title: "Webhooks",
  back: (name: Name): string => (name === null ? "Back" : `Back to ${name}`),
  options: "Options",
  ended: {
    missing: {
      title: "This link is no longer open here",
      text: (name: Name): string =>
        `Open it again from ${name ?? "the page that led here"}. A reload or a new tab ends the access of this page, because it is kept nowhere.`,
    },
    expired: {
      title: "This link has expired",
      text: (name: Name): string => `Links are valid for a limited time. Open a new one from ${name ?? "the page that led here"}.`,
    },
    revoked: {
      title: "This link was revoked",
      text: (name: Name): string => `It gives no access any more. Open a new one from ${name ?? "the page that led here"}.`,
    },
    unknown: {
      title: "This link is not valid",
      text: (name: Name): string =>
        `It may be incomplete, expired or revoked. Open a new one from ${name ?? "the page that led here"}.`,
    },
    refresh: (name: Name): string => (name === null ? "Open a new link" : `Open a new link from ${name}`),
  },
};
