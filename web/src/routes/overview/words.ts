//! The words of the screen, which load with it.

import { overview as en } from "@/messages/en/overview";
import { overview as es } from "@/messages/es/overview";
import { useWords } from "@/messages/words";

const WORDS = { en, es };
export const useOverviewWords = () => useWords(WORDS);
