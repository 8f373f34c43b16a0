//! The messages of the chosen language. Spanish is a chunk of its own, loaded when it is chosen.

import { createContext, use, useEffect, useState, type ReactNode } from "react";
import { usePreferences } from "@/shared/preferences";
import { en, type Messages } from "./en";

export type Language = "en" | "es";

interface Chosen {
  language: Language;
  messages: Messages;
}

const MessagesContext = createContext<Chosen>({ language: "en", messages: en });

/** The preference, else the language of the portal's host, else the browser's. */
export function chooseLanguage(preference: string, host: string | null, browser: readonly string[]): Language {
  const wanted = [preference === "auto" ? "" : preference, host ?? "", ...browser];
  for (const tag of wanted) {
    const language = tag.slice(0, 2).toLowerCase();
    if (language === "en" || language === "es") return language;
  }
  return "en";
}

export function MessagesProvider({ host, children }: { host: string | null; children: ReactNode }) {
  const preference = usePreferences().language;
  const language = chooseLanguage(preference, host, navigator.languages);
  const [loaded, setLoaded] = useState<Chosen>({ language: "en", messages: en });

  useEffect(() => {
    let current = true;
    async function load(): Promise<Messages> {
      return language === "es" ? (await import("./es")).es : en;
    }
    void load().then((messages) => {
      if (!current) return;
      document.documentElement.lang = language;
      setLoaded({ language, messages });
    });
    return () => {
      current = false;
    };
  }, [language]);

  return <MessagesContext value={loaded}>{children}</MessagesContext>;
}

export function useMessages(): Messages {
  return use(MessagesContext).messages;
}

export function useLanguage(): Language {
  return use(MessagesContext).language;
}
