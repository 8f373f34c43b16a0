//! The words of the screen, which load with it.

import { settings as en } from "@/messages/en/settings";
import { settings as es } from "@/messages/es/settings";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useSettingsWords = () => useWords(WORDS);
